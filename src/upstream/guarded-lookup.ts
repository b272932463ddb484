import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { GatewayError } from '../ir/failure.ts';
import type { AddressGuard } from './upstream.ts';

/** Looks a name up for a connection and hands on only what the guard admits: the address that is checked is the one that
 *  is connected to, so a name that answers otherwise the second time gains nothing. An address needs no lookup: it was
 *  checked before. */
export function guardedLookup(guard: AddressGuard): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, '', 4);
      const addresses = found.filter(({ address }) => guard.admits(hostname, address));
      const [first] = addresses;
      if (first === undefined) return callback(leadsOut(hostname), '', 4);
      if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

function leadsOut(hostname: string): GatewayError {
  return new GatewayError({
    kind: 'policy',
    message: `The name ${hostname} leads to an address outside of what policy.local_only admits.`,
    mend: 'List the network of that address under policy.private_networks, or correct the name.',
  });
}
