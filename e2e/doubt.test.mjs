// What went out and was never answered, and what can still be taken back.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { closeBrowser, signIn, startDesk, visit } from './desk.mjs'
import { inspect } from './axe.mjs'

let desk
before(async () => {
  // The shortest wait that the simulator's silence allows.
  desk = await startDesk()
  desk.addUser('sam')
})
after(async () => {
  await closeBrowser()
  await desk?.stop()
})

// write sends one text and returns its page.
async function write(page, number, body, later = false) {
  await page.goto('/send')
  await page.getByLabel('To', { exact: true }).fill(number)
  await page.getByLabel('From', { exact: true }).fill('School')
  await page.getByLabel('Message', { exact: true }).fill(body)
  if (later) {
    await page.getByLabel('At a date and time').check()
    const tomorrow = new Date(Date.now() + 36 * 3600e3).toISOString().slice(0, 10)
    await page.locator('input[type=date]').fill(tomorrow)
    await page.locator('input[type=time]').fill('09:30')
  }
  await page.getByRole('button', { name: /^(Send|Schedule)/ }).last().click()
  await page.waitForURL(/\/messages\/\d+/)
}

test('a scheduled text is cancelled after a page that says what happens', async () => {
  const page = await visit(desk)
  await signIn(desk, page, 'sam')
  await write(page, '07700 900130', 'The dentist is tomorrow.', true)
  await page.getByText('Scheduled').first().waitFor()
  await page.getByRole('link', { name: /cancel this text/i }).click()
  await inspect(page, 'cancel')
  await page.locator('main form button').last().click()
  await page.waitForURL(/\/messages\/\d+$/)
  await page.getByText('Cancelled').first().waitFor()
})

test('a phone that is off ends as not delivered, with the reason', async () => {
  const page = await visit(desk)
  await signIn(desk, page, 'sam')
  await write(page, '07700 900101', 'Is your phone on?')
  await page.getByText('Not delivered').first().waitFor()
  assert.match(await page.locator('main').innerText(), /switched off/i)
  await inspect(page, 'a failed message')
})

test('a reply from the simulated phone stands beside the message and in the inbox', async () => {
  const page = await visit(desk)
  await signIn(desk, page, 'sam')
  await write(page, '07700 900131', 'Can you come at four?')
  await page.getByText('Delivered').first().waitFor()
  const message = page.url()
  await page.goto('/simulator/+447700900131')
  await page.getByText('Can you come at four?').waitFor()
  await page.locator('main textarea, main input[name=body]').last().fill('Yes, see you then & thanks')
  await page.getByRole('button', { name: 'Send the reply' }).last().click()
  await page.locator('main').getByText('Yes, see you then & thanks').first().waitFor()
  await page.goto(message)
  await page.getByText('Yes, see you then & thanks').first().waitFor() // by itself
  await page.goto('/inbox')
  await page.getByText('Yes, see you then & thanks').waitFor()
  await inspect(page, 'inbox with a reply')
})

test('a text that nobody answered for is in doubt until a person decides', async () => {
  const page = await visit(desk)
  await signIn(desk, page, 'sam')
  await write(page, '07700 900103', 'Did this go out?')
  const message = page.url()
  // The provider's silence lasts as long as a call may take; stopping the desk
  // hard in the middle of it is the other way into doubt.
  await page.getByText(/Sending|In doubt/).first().waitFor()
  await desk.kill()
  await desk.restart()
  // The session outlives the crash, and so does the message.
  await page.goto(desk.url + new URL(message).pathname)
  await page.getByText('In doubt').first().waitFor()
  await page.goto(desk.url + '/in-doubt')
  await page.getByText('Did this go out?').waitFor()
  await inspect(page, 'in doubt')
  await page.getByRole('button', { name: 'Mark as sent' }).click()
  await page.getByText('Did this go out?').waitFor({ state: 'detached' })
  await page.goto(desk.url + '/in-doubt')
  assert.equal(await page.getByText('Did this go out?').count(), 0)
})
