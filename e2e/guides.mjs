// Makes the pictures in the guides from the demonstration: WebP, of one size.
import { mkdirSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { closeBrowser, signIn, startDesk, visit } from './desk.mjs'

const to = resolve(import.meta.dirname, '..', 'docs', 'images')
mkdirSync(to, { recursive: true })
const desk = await startDesk({ args: ['--demo'] })
let total = 0
try {
  const page = await visit(desk, { width: 1200, height: 760 })
  const browser = await page.context().newCDPSession(page)
  const picture = async (name) => {
    await page.evaluate(() => { document.activeElement?.blur(); scrollTo(0, 0) })
    await page.waitForTimeout(600)
    const { data } = await browser.send('Page.captureScreenshot', { format: 'webp', quality: 60 })
    const bytes = Buffer.from(data, 'base64')
    total += bytes.length
    writeFileSync(`${to}/${name}.webp`, bytes)
  }
  const show = async (name, path) => {
    const answer = await page.goto(desk.url + path)
    if (answer.status() !== 200) throw new Error(`${path} answers ${answer.status()}`)
    await picture(name)
  }
  await signIn(desk, page, 'sam', 'textdesk demo')
  await show('home', '/')
  await page.goto(desk.url + '/send')
  await page.getByLabel('To', { exact: true }).fill('07700 900123\n07700 900456\n+44 (0)7700 900789')
  await page.getByLabel('Message', { exact: true }).fill('School is closed tomorrow because of the snow. Please keep your children at home; we write again by noon.')
  await page.waitForTimeout(1200)
  await picture('send')
  await show('review', '/send/review/1')
  await show('batch', '/batches/1001')
  await show('contacts', '/contacts')
  await show('import', '/imports/2?step=columns')
  await page.goto(desk.url + '/inbox')
  const talk = page.locator('main a[href*="/inbox/"]').first()
  if (await talk.count()) await page.goto(new URL(await talk.getAttribute('href'), desk.url).href)
  await picture('inbox')
  await show('reports', '/reports/messages')
  await show('providers', '/providers')
  await show('users', '/users')
  await show('numbers', '/numbers')
  await show('automatic', '/replies')
  await show('settings', '/settings')
} finally {
  await closeBrowser()
  await desk.stop()
}
console.log(`${Math.round(total / 1000)} kB of pictures`)
