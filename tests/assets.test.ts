import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { assets } from '../app/http/assets.ts';

const folder = mkdtempSync(join(tmpdir(), 'assets-'));
writeFileSync(join(folder, 'page.js'), 'export {};\n');
writeFileSync(join(folder, 'serif.woff2'), 'a font');
const app = assets(folder);
afterAll(() => rmSync(folder, { recursive: true }));

test('an asset that the browser has already is not sent again', async () => {
  const first = await app.request('/assets/page.js');
  const etag = first.headers.get('etag') ?? '';
  expect(await first.text()).toBe('export {};\n');
  const again = await app.request('/assets/page.js', { headers: { 'if-none-match': etag } });
  expect([again.status, await again.text()]).toEqual([304, '']);
  const other = await app.request('/assets/page.js', { headers: { 'if-none-match': '"other"' } });
  expect(other.status).toBe(200);
});

test('a script is asked about each time, a font is not', async () => {
  expect((await app.request('/assets/page.js')).headers.get('cache-control')).toBe('no-cache');
  expect((await app.request('/assets/serif.woff2')).headers.get('cache-control')).toContain('immutable');
});

test('the address of another build does not keep what this one serves', async () => {
  expect((await app.request('/assets/page.js?built=other')).headers.get('cache-control')).toBe('no-cache');
});
