import { type LookupAddress, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { GatewayError } from '../ir/failure.ts';
import type { AddressGuard } from './upstream.ts';

/** Looks a name up for a connection and hands on only what the guard admits: the address that is checked is the one that
 *  is connected to, so a name that answers otherwise the second time gains nothing. An address needs no lookup: it was
 *  checked before. Names of this machine are asked of nobody: a resolver may pass the question on. */
export function guardedLookup(guard: AddressGuard): LookupFunction {
  return (hostname, options, callback) => {
    const answered = (found: readonly LookupAddress[]): void => {
      const addresses = found.filter(({ address }) => guard.admits(hostname, address));
      const [first] = addresses;
      if (first === undefined) callback(leadsOut(hostname), '', 4);
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    };
    if (LOCAL_NAME.test(hostname)) {
      process.nextTick(answered, LOOPBACK);
      return;
    }
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) callback(error, '', 4);
      else answered(found);
    });
  };
}

/** RFC 6761, section 6.3. */
const LOCAL_NAME = /(?:^|\.)localhost\.?$/iu;
const LOOPBACK: readonly LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

function leadsOut(hostname: string): GatewayError {
  return new GatewayError({
    kind: 'policy',
    message: `The name ${hostname} leads to an address outside of what policy.local_only admits.`,
    mend: 'List the network of that address under policy.private_networks, or correct the name.',
  });
}
