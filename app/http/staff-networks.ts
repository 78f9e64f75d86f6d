import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { createMiddleware } from 'hono/factory';
import { AppError } from '../errors.ts';
import type { OriginEnv } from './origin-app.ts';

/**
 * Lets only the institution's own networks in.
 * @param networks CIDR notation, such as 10.0.0.0/8 or ::1/128
 * @throws RangeError when one of them is not a network
 */
export function staffNetworks(networks: string[]) {
  const allowed = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : undefined;
    if (!family) throw new RangeError(`CLOISTER_STAFF_NETWORKS: ${network} is not a network`);
    allowed.addSubnet(address, Number(bits ?? (family === 'ipv4' ? 32 : 128)), family);
  }
  return createMiddleware<OriginEnv>(async (c, next) => {
    const address = (c.env.incoming.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    if (!address || !allowed.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')) throw new AppError('outside-network');
    await next();
  });
}
