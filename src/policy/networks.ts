/** Networks as the fence knows them: addresses as numbers, so that no spelling of one gets past. */

/** @property bits  32 for IPv4, 128 for IPv6. */
type Address = { readonly bits: 32 | 128; readonly value: bigint };
export type Network = { readonly bits: 32 | 128; readonly base: bigint; readonly prefix: number };

/** What an entry of `policy.private_networks` stands for. */
export type Inside =
  | { readonly type: 'network'; readonly network: Network }
  | { readonly type: 'host'; readonly host: string };

/** @param entry  `10.0.0.0/8`, `192.168.1.5`, `fd00::/8`, or a host name such as `gpu.lan`.
 *  @returns undefined for what is none of these, and for a network that holds every address. */
export function parseInside(entry: string): Inside | undefined {
  const [host = '', prefix, ...more] = entry.trim().toLowerCase().split('/');
  const address = parseAddress(host);
  if (address !== undefined && more.length === 0) {
    const length = prefix === undefined ? address.bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
    if (length < 1 || length > address.bits) return undefined;
    return { type: 'network', network: networkOf(address, length) };
  }
  return prefix === undefined && HOST_NAME.test(host) ? { type: 'host', host } : undefined;
}

/** Labels of letters, digits and hyphens; the last holds a letter, since numbers alone are an address that is spelt
 *  in an unusual way. */
const HOST_NAME = /^(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*(?=[a-z0-9-]*[a-z])[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

/** @param text  an address, with or without the brackets of a URL. IPv4 inside IPv6 counts as IPv4. */
export function parseAddress(text: string): Address | undefined {
  const bare = text.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');
  const four = fourBytes(bare);
  if (four !== undefined) return { bits: 32, value: four };
  const value = eightGroups(bare);
  if (value === undefined) return undefined;
  return value >> 32n === 0xffffn ? { bits: 32, value: value & 0xffff_ffffn } : { bits: 128, value };
}

function fourBytes(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
}

function eightGroups(text: string): bigint | undefined {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const tail = dotted === null ? undefined : fourBytes(dotted[2] ?? '');
  if (dotted !== null && tail === undefined) return undefined;
  const plain =
    tail === undefined ? text : `${dotted?.[1] ?? ''}${(tail >> 16n).toString(16)}:${(tail & 0xffffn).toString(16)}`;
  const [head = '', rest, ...more] = plain.split('::');
  if (more.length > 0 || !plain.includes(':')) return undefined;
  const first = head === '' ? [] : head.split(':');
  const last = rest === undefined || rest === '' ? [] : rest.split(':');
  const missing = 8 - first.length - last.length;
  if (rest === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...first, ...Array.from({ length: missing }, () => '0'), ...last];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}

function networkOf({ bits, value }: Address, prefix: number): Network {
  return { bits, prefix, base: value >> BigInt(bits - prefix) };
}

function holds({ bits, base, prefix }: Network, address: Address): boolean {
  return address.bits === bits && address.value >> BigInt(bits - prefix) === base;
}

function networks(...texts: readonly string[]): readonly Network[] {
  return texts.flatMap((text) => {
    const inside = parseInside(text);
    return inside?.type === 'network' ? [inside.network] : [];
  });
}

/** RFC 1122, section 3.2.1.3, and RFC 4291, section 2.5.3. */
const LOOPBACK = networks('127.0.0.0/8', '::1');
/** RFC 1918, RFC 3927, RFC 6598, RFC 4193, RFC 4291: what no router of the Internet passes on. */
const PRIVATE = networks(
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  '100.64.0.0/10',
  'fc00::/7',
  'fe80::/10',
);

export function isLoopback(address: string): boolean {
  return within(address, LOOPBACK);
}

export function isPrivate(address: string): boolean {
  return within(address, PRIVATE);
}

export function within(address: string, among: readonly Network[]): boolean {
  const parsed = parseAddress(address);
  return parsed !== undefined && among.some((network) => holds(network, parsed));
}
