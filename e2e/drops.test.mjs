// A proxy that drops what takes its time, and for a while everything that a
// page asks for to renew itself: the page says nothing wrong, and goes on by
// itself when the proxy does.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { closeBrowser, signIn, startDesk, visit } from './desk.mjs'
import { freePort, startProxy } from './proxy.mjs'

let desk, proxy
const drops = { live: false, dropped: 0 }
before(async () => {
  const port = await freePort()
  desk = await startDesk({ port, env: { TEXTDESK_BASE_URL: 'http://intranet.example/sms' } })
  desk.addUser('sam')
  proxy = await startProxy(`http://127.0.0.1:${port}`, '/sms', { drops: (req) => drops.live && /\/live/.test(req.url) && ++drops.dropped })
})
after(async () => {
  await proxy?.close()
  await closeBrowser()
  await desk?.stop()
})

test('a page renews itself again after the proxy dropped its requests', async () => {
  const at = { ...desk, url: proxy.url }
  const page = await visit(at)
  await signIn(at, page, 'sam')
  drops.live = true
  await page.goto(at.url + '/send')
  await page.getByLabel('To', { exact: true }).fill('07700 900123')
  await page.getByLabel('From', { exact: true }).fill('School')
  await page.getByLabel('Message', { exact: true }).fill('Is anybody there?')
  await page.getByRole('button', { name: /^Send/ }).last().click()
  await page.waitForURL(/batches|messages/)
  for (let i = 0; drops.dropped < 3; i++) {
    assert.ok(i < 600, 'the page asks for nothing new')
    await new Promise((r) => setTimeout(r, 100))
  }
  const shown = await page.locator('main').innerText()
  assert.ok(!/something went wrong|bad gateway|error/i.test(shown), shown)
  drops.live = false
  await page.getByText('Delivered').first().waitFor()
})
