import { createMiddleware } from 'hono/factory';
import type { Place } from '../ui/page.tsx';

const CAPTURE = 'camera=(self), microphone=(self), display-capture=(self), window-management=(self)';
const NO_CAPTURE = 'camera=(), microphone=(), display-capture=(), window-management=()';

/**
 * Own scripts and styles only, nothing inline, nothing from elsewhere, no framing, no path in a referrer; pages are never stored.
 * @param formTargets other origins that forms may post to
 */
export function securityHeaders(place: Place, formTargets: string[]) {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    `form-action ${["'self'", ...formTargets].join(' ')}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  const headers: Record<string, string> = {
    'Content-Security-Policy': policy,
    'Permissions-Policy': `${place === 'exam' ? CAPTURE : NO_CAPTURE}, geolocation=(), usb=(), payment=()`,
    // Not no-referrer: under it browsers post forms with “Origin: null”. This names the origin and never the path.
    'Referrer-Policy': 'strict-origin',
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Strict-Transport-Security': 'max-age=31536000',
  };
  return createMiddleware(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value);
    if (!c.res.headers.has('Cache-Control')) c.res.headers.set('Cache-Control', 'no-store');
  });
}
