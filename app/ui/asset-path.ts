/** Names the assets as they were built (build.mjs); there is none where the sources run by themselves. */
declare const ASSETS_BUILT: string | undefined;

export const assetsBuilt = typeof ASSETS_BUILT === 'string' ? ASSETS_BUILT : null;

/**
 * @param name of a file under /assets
 * @returns its address, which is another one after each change, so that browsers need not ask whether what they have is still right
 */
export function assetPath(name: string): string {
  return assetsBuilt === null ? `/assets/${name}` : `/assets/${name}?built=${assetsBuilt}`;
}
