// A receptionist's day: write a text, see it arrive; and what must never
// happen: a text that goes twice.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { closeBrowser, password, review, signIn, soon, startDesk, visit } from './desk.mjs'
import { inspect } from './axe.mjs'

let desk
before(async () => {
  desk = await startDesk()
  desk.addUser('sam')
})
after(async () => {
  await closeBrowser()
  await desk?.stop()
})

const to = (page) => page.getByLabel('To', { exact: true })
const from = (page) => page.getByLabel('From', { exact: true })
const message = (page) => page.getByLabel('Message', { exact: true })

// count is how many messages the outbox shows for a search.
async function count(page, words) {
  await page.goto('/outbox?q=' + encodeURIComponent(words))
  return page.locator('main table a[href*="/messages/"]').count()
}

for (const javaScript of [true, false]) {
  const how = javaScript ? 'with JavaScript' : 'without JavaScript'

  test(`one text becomes Delivered, ${how}`, async () => {
    const page = await visit(desk, { javaScript })
    await signIn(desk, page, 'sam')
    await to(page).fill('07700 900 123')
    await from(page).fill('School')
    await message(page).fill(`Ollie left his PE kit on the bus, ${how}.`)
    if (!javaScript) await page.getByRole('button', { name: /update/i }).click()
    await page.getByRole('button', { name: /^Send/ }).last().click()
    await page.waitForURL(/\/messages\/\d+/)
    if (javaScript) {
      await page.getByText('Delivered').first().waitFor()
      await inspect(page, 'a delivered message')
    } else {
      for (let i = 0; i < 120 && !(await page.getByText('Delivered').count()); i++) {
        await page.waitForTimeout(500)
        await page.reload()
      }
      assert.ok(await page.getByText('Delivered').count(), 'delivered after a reload')
    }
  })

  test(`a name finds the person, ${how}`, async () => {
    const page = await visit(desk, { javaScript })
    await signIn(desk, page, 'sam')
    const name = javaScript ? 'Ottoline Brandt' : 'Ottokar Weiß'
    await page.goto('/contacts/new')
    await page.getByLabel('Name', { exact: true }).fill(name)
    await page.getByLabel('Mobile number').fill(javaScript ? '07700 900411' : '07700 900412')
    await page.locator('main form button[type=submit]').last().click()
    await page.waitForURL(/\/contacts/)
    await page.goto('/send')
    await to(page).fill('07700 900413\nott')
    await message(page).fill('Dear ((Name|neighbour)), hello')
    if (!javaScript) await page.getByRole('button', { name: /update/i }).click()
    await page.getByRole('button', { name: name }).click()
    await page.getByText('2 people').first().waitFor()
    await soon(async () => assert.match(await to(page).inputValue(), new RegExp(`^07700 900413\\r?\\n${name} 07700 90041[12]\\r?\\n$`)))
    if (javaScript) {
      await soon(async () => assert.ok(await to(page).evaluate((f) => f === document.activeElement), 'typing goes on where it was'))
      await inspect(page, 'people for a name')
    }
  })

  test(`several are reviewed first, ${how}`, async () => {
    const page = await visit(desk, { javaScript })
    await signIn(desk, page, 'sam')
    await to(page).fill('07700900201\n+44 (0)7700 900202; 07700 900 203\n07700900201\n020 7946 0123')
    await from(page).fill('School')
    await message(page).fill(`Photographs are on Wednesday, ${how}.`)
    await review(page, javaScript)
    assert.match(await page.locator('main').innerText(), /landline/i)
    if (javaScript) await inspect(page, 'review')
    await page.getByRole('button', { name: 'Send 3 messages' }).click()
    await page.waitForURL(/\/batches\/\d+/)
    if (javaScript) await inspect(page, 'a send')
    assert.equal(await count(page, `Photographs ${how}`), 3)
  })
}

test('Enter in a field does not send', async () => {
  const page = await visit(desk)
  await signIn(desk, page, 'sam')
  await to(page).fill('07700 900124')
  await message(page).fill('Enter must not send this.')
  await from(page).fill('School')
  await from(page).press('Enter')
  await page.waitForTimeout(500)
  assert.match(page.url(), /\/send/)
  assert.equal(await message(page).inputValue(), 'Enter must not send this.')
  assert.equal(await count(page, 'Enter must not'), 0)
})

test('a double click sends once', async () => {
  const page = await visit(desk)
  await signIn(desk, page, 'sam')
  await to(page).fill('07700 900125')
  await from(page).fill('School')
  await message(page).fill('Clicked twice by a nervous hand.')
  await page.getByRole('button', { name: /^Send/ }).last().dblclick()
  await page.waitForURL(/\/messages\/\d+/)
  assert.equal(await count(page, 'nervous hand'), 1)
})

test('the same form submitted again finds the first text', async () => {
  const page = await visit(desk)
  await signIn(desk, page, 'sam')
  await to(page).fill('07700 900126')
  await from(page).fill('School')
  await message(page).fill('Sent, and then the Back button.')
  await page.getByRole('button', { name: /^Send/ }).last().click()
  await page.waitForURL(/\/messages\/\d+/)
  const first = page.url()
  await page.goBack()
  await page.reload()
  if (await message(page).inputValue() === 'Sent, and then the Back button.') {
    await page.getByRole('button', { name: /^Send/ }).last().click()
    await page.waitForURL(/\/messages\/\d+/)
    assert.equal(page.url(), first)
  }
  assert.equal(await count(page, 'Back button'), 1)
})

test('the counter tells what a curly quote costs, and makes it plain', async () => {
  const page = await visit(desk)
  await signIn(desk, page, 'sam')
  await message(page).fill('“' + 'a'.repeat(80) + '”')
  await page.getByText(/2 text messages/).first().waitFor()
  await page.getByRole('button', { name: /plain/i }).click()
  const plain = '"' + 'a'.repeat(80) + '"'
  await page.waitForFunction((want) => document.querySelector('[name=body]').value === want, plain)
  await page.getByText('82 characters, 1 text message').waitFor()
})

test('what is typed survives a mistake', async () => {
  const page = await visit(desk, { javaScript: false })
  await signIn(desk, page, 'sam')
  await to(page).fill('4.48E+11')
  await from(page).fill('A name that is far too long')
  await message(page).fill('Kept.')
  await page.getByRole('button', { name: /^(Send|Review)/ }).last().click()
  assert.match(await page.title(), /^Error: /)
  assert.equal(await to(page).inputValue(), '4.48E+11')
  assert.equal(await message(page).inputValue(), 'Kept.')
  const links = page.locator('.error-summary a, [role=alert] a')
  assert.ok(await links.count() >= 1, 'the summary links to the fields')
})

test('what is typed survives the end of the session', async () => {
  const page = await visit(desk)
  desk.addUser('kim')
  await signIn(desk, page, 'kim')
  await to(page).fill('07700 900127')
  await from(page).fill('School')
  await message(page).fill('Written ')
  desk.run(['user', 'password', 'kim', '--password-stdin'], password) // ends all of Kim's sessions
  const told = page.waitForResponse((r) => r.status() === 401 && r.request().postData()?.includes('looked.'), { timeout: 60_000 })
  await message(page).pressSequentially('while nobody looked.')
  await told // the last check; on a slow machine there are some before it
  await page.getByText('You have been signed out.').waitFor()
  assert.match(page.url(), /\/send$/, 'the page stays')
  await inspect(page, 'a page that is signed out')

  // Pressing the button asks who it is, sends nothing, and brings all of it back.
  await page.getByRole('button', { name: /^Send/ }).last().click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await page.getByLabel('Username').fill('kim')
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(/\/send$/)
  assert.equal(await message(page).inputValue(), 'Written while nobody looked.')
  assert.equal(await to(page).inputValue(), '07700 900127')

  // Or they sign in in another tab, and go on in this one.
  desk.run(['user', 'password', 'kim', '--password-stdin'], password)
  await message(page).press('End')
  await message(page).pressSequentially(' More.')
  await page.getByText('You have been signed out.').waitFor()
  const other = await page.context().newPage()
  await signIn(desk, other, 'kim')
  await other.close()
  await message(page).pressSequentially(' And more.')
  await page.getByText('You have been signed out.').waitFor({ state: 'hidden' })
  assert.equal(await count(page, 'nobody looked'), 0)
})
