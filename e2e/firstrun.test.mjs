// The first run, as somebody who has just installed the desk: from the printed
// link to a text that is delivered. With JavaScript, and without.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { closeBrowser, password, startDesk, visit } from './desk.mjs'
import { inspect } from './axe.mjs'

after(closeBrowser)

for (const javaScript of [true, false]) {
  test(`from the link to a delivered text, ${javaScript ? 'with' : 'without'} JavaScript`, async () => {
    const desk = await startDesk()
    try {
      assert.ok(desk.setup, 'a set-up link is printed')
      const page = await visit(desk, { javaScript, width: 800 })
      const look = (name) => javaScript ? inspect(page, name) : undefined
      await page.goto(desk.setup)
      await look('administrator')
      await page.getByLabel('Username').fill('sam')
      await page.getByLabel('First name').fill('Sam')
      await page.getByLabel('Last name').fill('Carter')
      await page.getByLabel('Password', { exact: true }).fill(password)
      await page.getByLabel(/again|repeat/i).fill(password)
      await primary(page)
      await page.waitForURL(/setup\/organisation/)
      await look('organisation')
      await page.getByLabel(/name of your organisation/i).fill('Hartwell Primary School')
      await page.getByLabel(/sender/i).fill('Hartwell')
      await primary(page)
      await page.waitForURL(/setup\/provider/)
      await look('provider')
      await page.getByRole('button', { name: /use the simulator/i }).click()
      await page.waitForURL(/setup\/text/)
      await look('first text')
      await page.getByLabel(/number/i).first().fill('07700 900123')
      await primary(page)
      for (let i = 0; i < 120 && !(await page.locator('main').getByText('Delivered').count()); i++) {
        await page.waitForTimeout(500)
        if (!javaScript) await page.reload()
      }
      assert.ok(await page.locator('main').getByText('Delivered').count(), 'the text is delivered')
      await look('the delivered text')
      // The link has done its work.
      await page.context().clearCookies()
      await page.goto(desk.setup)
      assert.equal(await page.getByLabel('Password', { exact: true }).count() > 0 && page.url().includes('token='), false)
    } finally {
      await desk.stop()
    }
  })
}

// primary presses the page's one obvious button.
async function primary(page) {
  await page.locator('main button.button-primary, main button.primary').last().click()
}
