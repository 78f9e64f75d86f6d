import { BlockList, isIPv4 } from 'node:net';
import { createMiddleware } from 'hono/factory';
import type { Network } from '../config.ts';
import { AppError } from '../errors.ts';
import type { OriginEnv } from './origin-app.ts';

/**
 * Lets only the institution's own networks in.
 * @throws AppError outside-network, for each request from anywhere else
 */
export function staffNetworks(networks: Network[]) {
  const allowed = new BlockList();
  for (const { address, prefix, family } of networks) allowed.addSubnet(address, prefix, family);
  return createMiddleware<OriginEnv>(async (c, next) => {
    const address = (c.env.incoming.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    if (!address || !allowed.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')) throw new AppError('outside-network');
    await next();
  });
}
