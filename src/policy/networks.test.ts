import assert from 'node:assert/strict';
import { BlockList, isIP } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { isLoopback, isPrivate, parseAddress, parseInside, within } from './networks.ts';

test('law: an address is within a network exactly where Node says so', () => {
  const networkText = fc.oneof(
    fc.tuple(fc.ipV4(), fc.integer({ min: 1, max: 32 })),
    fc.tuple(fc.ipV6(), fc.integer({ min: 1, max: 128 })),
  );
  fc.assert(
    fc.property(networkText, fc.oneof(fc.ipV4(), fc.ipV6()), fc.boolean(), ([base, prefix], other, near) => {
      const address = near ? base : other;
      const list = new BlockList();
      list.addSubnet(base, prefix, isIP(base) === 4 ? 'ipv4' : 'ipv6');
      const inside = parseInside(`${base}/${prefix}`);
      if (isIP(base) !== isIP(address)) return;
      // Node counts an IPv4 address that is written as IPv6 as IPv6; here it is IPv4, which is what is connected to.
      if (parseAddress(base)?.bits !== (isIP(base) === 4 ? 32 : 128)) return;
      if (parseAddress(address)?.bits !== (isIP(address) === 4 ? 32 : 128)) return;
      assert.ok(inside?.type === 'network');
      assert.equal(within(address, [inside.network]), list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6'));
    }),
  );
});

test('no spelling of an address gets past', () => {
  for (const loopback of [
    '127.0.0.1',
    '127.255.0.9',
    '::1',
    '[::1]',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
  ]) {
    assert.ok(isLoopback(loopback), loopback);
  }
  for (const other of ['128.0.0.1', '0.0.0.0', '::', '::2', '::ffff:8.8.8.8', '127.1', 'localhost', '', '1.2.3.4.5']) {
    assert.ok(!isLoopback(other), other);
  }
  for (const address of ['10.1.2.3', '172.31.0.1', '192.168.9.9', '100.127.0.1', 'fd12::1', 'fe80::1%eth0']) {
    assert.ok(isPrivate(address), address);
  }
  for (const address of ['172.32.0.1', '100.128.0.1', '8.8.8.8', '2001:db8::1'])
    assert.ok(!isPrivate(address), address);
});

test('an entry is a network, an address or a host name', () => {
  assert.equal(parseInside('192.168.1.5')?.type, 'network');
  assert.deepEqual(parseInside('GPU-box.lan'), { type: 'host', host: 'gpu-box.lan' });
  for (const entry of [
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0/8',
    '*',
    'a b',
    'http://x',
    'x/8',
    '1.2.3',
    '',
  ]) {
    assert.equal(parseInside(entry), undefined, entry);
  }
});
