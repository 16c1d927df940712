// A report is e-mailed: the form at both widths and in both themes, nonsense in
// it, and by keyboard to the list that it leads to.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { closeBrowser, signIn, startDesk, visit } from './desk.mjs'
import { inspectBoth as inspect } from './axe.mjs'

const form = '/reports/messages/email?state=failed'
let desk
before(async () => {
  desk = await startDesk()
  desk.addUser('sam', 'admin', '--email', 'sam@office.example')
  const page = await visit(desk)
  await signIn(desk, page, 'sam')
  await page.goto('/settings/mail')
  await page.getByLabel('Server').fill('127.0.0.1')
  await page.getByLabel('None').check()
  await page.getByLabel('Port').fill('9')
  await page.getByLabel('From').fill('desk@office.example')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.waitForURL(/\/settings(\/mail)?$/)
  await page.context().close()
})
after(async () => {
  await closeBrowser()
  await desk?.stop()
})

for (const shape of [{ width: 1440, height: 900, dark: false }, { width: 360, height: 740, dark: true }]) {
  test(`a report is asked for by e-mail at ${shape.width} px`, async () => {
    const page = await visit(desk, shape)
    await signIn(desk, page, 'sam')
    await page.goto(form)
    await inspect(page, 'the form')
    await page.getByLabel('At', { exact: true }).focus()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter') // the button
    await page.waitForURL(/\/reports\/messages\?/)
    await page.getByText('This report is e-mailed to sam@office.example.').waitFor()
    await page.getByRole('heading', { name: 'E-mailed to you' }).waitFor()
    await inspect(page, 'the list')
    await page.getByRole('button', { name: /^Pause: Messages/ }).first().click()
    await page.getByText('It is not e-mailed until you resume it.').waitFor()
    await page.getByRole('button', { name: /^Delete: Messages/ }).first().click()
    await page.getByText('It is not e-mailed any more.').waitFor()
    assert.equal(await page.getByRole('heading', { name: 'E-mailed to you' }).count(), 0)
    await page.context().close()
  })
}

test('without script nonsense is refused, and what was typed stays', async () => {
  const page = await visit(desk, { javaScript: false })
  await signIn(desk, page, 'sam')
  await page.goto(form)
  await page.getByLabel('Every month').check()
  await page.getByLabel('At', { exact: true }).fill('')
  await page.getByRole('button', { name: 'E-mail me this report' }).click()
  await page.getByRole('heading', { name: 'There is a problem' }).waitFor()
  assert.equal(await page.getByLabel('Every month').isChecked(), true)
  await page.goto('/reports/messages')
  assert.equal(await page.getByRole('heading', { name: 'E-mailed to you' }).count(), 0)
  await page.context().close()
})
