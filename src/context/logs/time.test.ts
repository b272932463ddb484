import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findTimes } from './time.ts';

const LINES: Readonly<Record<string, string>> = {
  '2024-08-27T06:15:54.123Z': '2024-08-27T06:15:54.123Z INFO started',
  '2015-10-18 18:01:47,978': '2015-10-18 18:01:47,978 INFO [main] started',
  '2024/08/27 06:15:54': '2024/08/27 06:15:54 [error] 31#31: *1 open() failed',
  'Sun Dec 04 04:47:44 2005': '[Sun Dec 04 04:47:44 2005] [notice] ready',
  'Jun 14 15:16:01': 'Jun 14 15:16:01 combo sshd(pam_unix)[19939]: check pass',
  '04/Dec/2005:04:47:44 +0000': '10.0.0.1 - - [04/Dec/2005:04:47:44 +0000] "GET / HTTP/1.1" 200 12',
  '17/06/09 20:10:40': '17/06/09 20:10:40 INFO storage.BlockManager: found',
  '03-17 16:13:38.811': '03-17 16:13:38.811  1702  2395 D WindowManager: drawn',
  '10.30 16:49:06': '[10.30 16:49:06] a.exe - example.com:80 open through proxy',
  '081109 203615': '081109 203615 148 INFO dfs.DataNode: terminating',
  '20171223-22:15:29:606': '20171223-22:15:29:606|Step_LSC|30002312|changed',
  '2005-06-03-15.42.50.363779':
    '- 1117838570 2005.06.03 R02-M1-N0 2005-06-03-15.42.50.363779 R02-M1-N0 RAS KERNEL INFO parity',
  'Nov 9 12:01:01': '- 1131566461 2005.11.09 dn228 Nov 9 12:01:01 dn228/dn228 crond[2915]: session closed',
  '1077804742': '134681 node-246 unix.hw state_change.unavailable 1077804742 1 Component State Change',
  '1717243200.123': '1717243200.123 worker ready',
  '12:01:01.5': '12:01:01.5 ready',
};

for (const [time, line] of Object.entries(LINES)) {
  test(`the time of "${line.slice(0, 40)}" is ${time}`, () => {
    const [form] = findTimes(Array.from({ length: 20 }, () => line));
    assert.ok(form);
    form.pattern.lastIndex = 0;
    assert.equal(form.pattern.exec(line)?.[1], time);
  });
}

test('lines that go on from others need no time; a text of which few lines have one is no log', () => {
  const timed = LINES['2015-10-18 18:01:47,978'] ?? '';
  assert.equal(findTimes([timed, '\tat a.b.C(C.java:1)', '\tat a.b.D(D.java:2)', 'Caused by: x']).length, 1);
  assert.deepEqual(findTimes([timed, 'one', 'two', 'three']), []);
});
