import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { Place } from '../ui/page.tsx';

const CAPTURE = 'camera=(self), microphone=(self), display-capture=(self), window-management=(self)';
const NO_CAPTURE = 'camera=(), microphone=(), display-capture=(), window-management=()';

interface FramingEnv {
  Variables: { framesOwnFiles?: true };
}

/** Lets the page that is answered show files of this origin in frames: PDFs, which a browser's own viewer shows nowhere else. */
export function frameOwnFiles(c: Context): void {
  c.set('framesOwnFiles', true);
}

/** The policy of a file that a page of this origin shows in a frame: it loads and runs nothing, and belongs to no origin. */
export const FRAMED_FILE = "sandbox; default-src 'none'; frame-ancestors 'self'";

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
  return createMiddleware<FramingEnv>(async (c, next) => {
    await next();
    // A file brings a tighter policy than any page's.
    const own = c.get('framesOwnFiles') ? `${policy}; frame-src 'self'` : c.res.headers.get('Content-Security-Policy');
    for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value);
    if (own) c.res.headers.set('Content-Security-Policy', own);
    if (!c.res.headers.has('Cache-Control')) c.res.headers.set('Cache-Control', 'no-store');
  });
}
