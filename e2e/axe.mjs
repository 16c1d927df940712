// What every page must satisfy, wherever a test comes by.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

// inspect fails on what axe finds (WCAG 2.2 AA and good practice), on a page
// that scrolls sideways, and on anything in the console.
export async function inspect(page, name) {
  await page.evaluate(axe)
  await page.evaluate(() => window.scrollTo(0, 0)) // or the header lies over whatever was scrolled to
  await check(page, name, ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  assert.ok(sideways <= 0, `${name}: scrolls sideways by ${sideways} px at ${page.viewportSize().width} px`)
  assert.deepEqual(page.complaints, [], `${name}: console`)
}

// inspectBoth is inspect in a page's own theme, and then what depends on the
// theme in the other one, without loading the page again.
export async function inspectBoth(page, name) {
  await inspect(page, name)
  const dark = await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)
  await page.emulateMedia({ colorScheme: dark ? 'light' : 'dark' })
  await check(page, `${name}, ${dark ? 'light' : 'dark'}`, ['color-contrast', 'link-in-text-block'])
  await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' })
}

async function check(page, name, runOnly) {
  const violations = await page.evaluate(async (runOnly) => (await window.axe.run(document, { runOnly, resultTypes: ['violations'] })).violations, runOnly)
  const found = violations.map((v) => `${v.id}: ${v.help}\n    ${v.nodes.slice(0, 3).map((n) => n.target + ' ' + n.failureSummary.replaceAll('\n', ' ')).join('\n    ')}`)
  assert.deepEqual(found, [], `${name}: axe`)
}
