import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Commands that give a fresh network namespace one way out, over which everything leaves that is not for this machine:
 *  the other end of the pair takes it and answers nothing. A neighbour that is known lets packets go without a question. */
const WAY_OUT: readonly string[] = [
  'link set lo up',
  'link add out type veth peer name sink',
  'link set dev out addrgenmode none',
  'link set dev sink addrgenmode none',
  'addr add 10.99.0.2/24 dev out',
  '-6 addr add fd99::2/64 dev out nodad',
  'link set sink up',
  'link set out up',
  'route add default via 10.99.0.1 dev out',
  'neigh add 10.99.0.1 lladdr 02:00:00:00:00:01 dev out',
  '-6 route add default via fd99::1 dev out',
  '-6 neigh add fd99::1 lladdr 02:00:00:00:00:01 dev out',
];

/** @returns why it cannot be; undefined when it stands. */
export function openWayOut(): string | undefined {
  for (const command of WAY_OUT) {
    const { status, stderr } = spawnSync('ip', command.split(' '), { encoding: 'utf8' });
    if (status !== 0) return `ip ${command}: ${String(stderr).trim()}`;
  }
  return undefined;
}

/** @property out  packets that left by the way out. @property udp  datagrams of this namespace to anywhere, also to a
 *  resolver on this machine, which would ask further in the place of whoever asked it. */
export type Counted = { readonly out: number; readonly udp: number };

export function counted(): Counted {
  const line = /^\s*out:\s*(.*)$/m.exec(readFileSync('/proc/net/dev', 'utf8'))?.[1] ?? '';
  const [names = '', values = ''] = readFileSync('/proc/net/snmp', 'utf8')
    .split('\n')
    .filter((one) => one.startsWith('Udp:'));
  const at = names.split(' ').indexOf('OutDatagrams');
  return { out: Number(line.split(/\s+/)[9]), udp: Number(values.split(' ')[at]) };
}

/** Once the kernel has said what it says of a new link. */
export async function settled(): Promise<Counted> {
  let last = counted();
  for (let quiet = 0; quiet < 6; ) {
    await sleep(500);
    const now = counted();
    quiet = now.out === last.out && now.udp === last.udp ? quiet + 1 : 0;
    last = now;
  }
  return last;
}
