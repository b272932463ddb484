import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { findChromium, withPage } from './chromium.ts';

const chromium = findChromium();
const page = pathToFileURL(join(import.meta.dirname, '../../fixtures/receipts/three-models/report.html')).href;

/** Text against what is behind it, by WCAG 2: the smallest contrast of any text on the page, and whose it is. */
const CONTRAST = `(() => {
  const light = ([r, g, b]) => [r, g, b].map((c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const behind = (node) => { for (let at = node; at; at = at.parentElement) {
    const colour = rgb(getComputedStyle(at).backgroundColor); if (colour.length === 3 || colour[3] === 1) return colour; } return [255, 255, 255]; };
  let least = [99, ''];
  for (const node of document.querySelectorAll('body *')) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim() !== '');
    if (!own || node.closest('svg')) continue;
    const [a, b] = [light(rgb(getComputedStyle(node).color)), light(behind(node))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < least[0]) least = [contrast, node.textContent.slice(0, 40)];
  }
  return least;
})()`;

if (chromium === undefined) console.log('not run: the report in a browser, because chromium is missing');

for (const view of [
  { width: 1280, height: 900, dark: false },
  { width: 1280, height: 900, dark: true },
  { width: 390, height: 800, dark: false },
  { width: 320, height: 700, dark: true },
]) {
  const name = `${view.width} wide${view.dark ? ', dark' : ''}`;
  test(`the report in a browser, ${name}`, { skip: chromium === undefined ? 'no Chromium here' : false }, async () => {
    await withPage(chromium ?? '', page, view, async ({ requests, trouble, evaluate }) => {
      assert.deepEqual(requests, []);
      assert.deepEqual(trouble, []);
      assert.match(String(await evaluate('document.querySelector("h1").innerText')), /coder-large passed/);
      assert.ok(Number(await evaluate('document.documentElement.scrollWidth')) <= view.width, 'it scrolls sideways');
      // The style is in force, and the pictures have a size.
      assert.equal(await evaluate('getComputedStyle(document.querySelector(".card")).borderTopWidth'), '1px');
      assert.equal(
        await evaluate('[...document.querySelectorAll("svg.plot, svg.stack")].every((one) => one.clientWidth > 60)'),
        true,
      );
      assert.equal(
        await evaluate('document.querySelectorAll("svg.mark").length'),
        await evaluate(
          'document.querySelectorAll("td .mark").length + document.querySelectorAll(".legend .mark").length',
        ),
      );
      const [contrast, text] = JSON.parse(JSON.stringify(await evaluate(CONTRAST)));
      assert.ok(contrast >= 4.5, `contrast ${contrast} of "${text}"`);
      // Every table can be reached by keyboard, has heads, and says what it is.
      assert.equal(
        await evaluate(
          '[...document.querySelectorAll("table")].every((table) => table.closest("[role=region][aria-label][tabindex]") && table.querySelector("th[scope=col]") && table.querySelector("th[scope=row]"))',
        ),
        true,
      );
    });
  });
}
