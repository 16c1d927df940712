// A template is written, shared and used; credits move once they are confirmed.
// With JavaScript and without.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { closeBrowser, signIn, startDesk, visit } from './desk.mjs'
import { inspect } from './axe.mjs'

let desk
before(async () => {
  desk = await startDesk()
  desk.addUser('sam')
  desk.addUser('jo', 'normal', '--credits', '20')
})
after(async () => {
  await closeBrowser()
  await desk?.stop()
})

for (const javaScript of [true, false]) {
  const how = javaScript ? 'with JavaScript' : 'without JavaScript'
  test(`a template fills the message, ${how}`, async () => {
    const name = `Snow ${how}`
    const page = await visit(desk, { javaScript })
    await signIn(desk, page, 'sam')
    await page.goto('/templates/new')
    await page.getByLabel('Name', { exact: true }).fill(name)
    await page.getByLabel('Folder').fill('Emergencies')
    await page.getByLabel('Message').fill('Closed today, ')
    if (javaScript) {
      await page.getByRole('button', { name: 'Name', exact: true }).click()
      assert.equal(await page.getByLabel('Message').inputValue(), 'Closed today, ((Name))')
      await page.getByText('Fills in Name').waitFor()
      await page.getByLabel('Message').fill('Closed today, ((Name')
      await page.getByText('is not closed').waitFor()
    }
    await page.getByLabel('Message').fill('Closed today.')
    await page.getByLabel('From').fill('Office')
    await page.getByLabel('Share with everyone below you').check()
    await page.getByRole('button', { name: 'Save template' }).click()
    await page.waitForURL(/\/templates$/)

    const other = await visit(desk, { javaScript })
    await signIn(desk, other, 'jo')
    await other.getByLabel('Use a template').selectOption(name)
    await other.getByRole('button', { name: /^Use/ }).first().click()
    await other.waitForFunction(() => document.querySelector('[name=body]').value === 'Closed today.')
    assert.equal(await other.getByLabel('From').inputValue(), 'Office')
    await other.getByLabel('From').press('Enter')
    await other.waitForTimeout(300)
    assert.match(other.url(), /\/send/)
    if (javaScript) assert.deepEqual([...page.complaints, ...other.complaints], [])
  })
}

test('credits move once they are confirmed', async () => {
  const page = await visit(desk, { javaScript: false })
  await signIn(desk, page, 'sam')
  await page.goto('/users')
  await page.getByRole('link', { name: /^Move credits to or from jo/ }).click()
  await page.getByLabel('How many').fill('1,050')
  await page.getByRole('button', { name: 'Show the balances after it' }).click()
  await page.getByText('jo has 20 credits now, and 1,070 after it.').waitFor()
  assert.match(desk.run(['user', 'list']), /jo\s+normal\s+sam\s+20\s/)
  await page.getByRole('button', { name: 'Move 1,050 credits to jo' }).click()
  await page.getByText('1,050 credits moved; jo has 1,070 credits now.').waitFor()
  assert.match(desk.run(['user', 'credits', 'jo', '-1070']), /jo has 0 credits/)
  desk.run(['check'])
})

test('the ledger downloads, and warns who runs low', async () => {
  const page = await visit(desk)
  await signIn(desk, page, 'jo')
  await page.locator('a.credits').click()
  await page.getByLabel('Warn me at').fill('5')
  await page.getByRole('button', { name: 'Save the warning' }).click()
  await page.getByText('No credits are left').waitFor()
  await inspect(page, 'credits, low')
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download as CSV' }).click()])
  assert.match(file.suggestedFilename(), /^credits-\d{4}-\d\d-\d\d\.csv$/)
})
