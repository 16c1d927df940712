// People out of a file: how it was read, what the columns are, what would
// happen, the import itself, the rows to fix, and back again.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { closeBrowser, signIn, soon, startDesk, visit } from './desk.mjs'
import { inspect } from './axe.mjs'

let desk
before(async () => {
  desk = await startDesk()
  desk.addUser('sam')
  desk.addUser('jo', 'normal', '--parent', 'sam')
})
after(async () => {
  await closeBrowser()
  await desk?.stop()
})

const csv = (name, text) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text, 'latin1') })
const school = csv('school.csv', 'Pupil;Mobile No;Yr Group;Notes\r\nZo\xeb Lee;7700900123;4B;\r\nBen Ray;4.48E+11;4A;\r\nCid Poe;07700 900124;4A;\r\n')

for (const [who, javaScript] of [['sam', true], ['jo', false]]) {
  test(`from the file to undoing it, ${javaScript ? 'with' : 'without'} JavaScript`, async () => {
    const page = await visit(desk, { javaScript })
    await signIn(desk, page, who)
    await page.goto('/contacts')
    await page.locator('main').getByRole('link', { name: /^Import/ }).first().click()
    await page.getByLabel('File', { exact: true }).setInputFiles(school)
    await page.getByRole('button', { name: 'Look at the file' }).click()
    await page.getByText('3 rows, 4 columns, Windows-1252, separated by semicolons, titles in the first row.').waitFor()
    await page.getByRole('link', { name: 'Go on to the columns' }).click()
    assert.equal(await page.getByLabel('What Mobile No is').inputValue(), 'number')
    assert.equal(await page.getByLabel('What Yr Group is').inputValue(), 'field')
    assert.equal(await page.getByLabel('What Notes is').inputValue(), 'ignore')
    // Only a field has a name of its own.
    assert.equal(await page.getByLabel('Name of the field').locator('visible=true').count(), 1)
    await page.getByLabel('What Notes is').selectOption('field')
    assert.equal(await page.getByLabel('Name of the field').locator('visible=true').count(), 2)
    await page.getByLabel('What Notes is').selectOption('ignore')
    await page.getByRole('button', { name: 'See what would happen' }).click()
    await page.getByText('1 number had lost its leading 0, and has it again.').waitFor()
    await page.getByText('Excel has shortened the number').waitFor()
    await page.getByRole('button', { name: 'Import 2 contacts' }).click()
    await page.getByRole('heading', { name: '2 contacts imported' }).waitFor()
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'As CSV' }).click()])
    assert.match(await readFile(await file.path(), 'utf8'), /Ben Ray,4\.48E\+11,4A,,/)
    await page.getByRole('link', { name: 'Undo this import' }).click()
    await page.getByRole('button', { name: 'Undo this import' }).click()
    await page.getByText('Undone: 2 contacts were taken out or put back').waitFor()
  })
}

test('a long import shows how far it is, and leads on by itself', async () => {
  const page = await visit(desk, { width: 360, height: 740, dark: true })
  await signIn(desk, page, 'sam')
  const rows = ['Name,Mobile,Class']
  for (let i = 0; i < 500_000; i++) rows.push(`Person ${i},07${String(400_000_000 + (i * 7919) % 99_999_989).padStart(9, '0')},${i % 30}`)
  await page.goto('/imports')
  await page.getByLabel('File', { exact: true }).setInputFiles(csv('many.csv', rows.join('\n')))
  await page.getByRole('button', { name: 'Look at the file' }).click()
  await page.getByRole('link', { name: 'Go on to the columns' }).click()
  await page.getByRole('button', { name: 'See what would happen' }).click()
  const start = page.getByRole('button', { name: 'Import 500,000 contacts' })
  await start.waitFor({ timeout: 300_000 })
  // From here on the page is kept from leading on while it is looked at.
  let goOn
  const looked = new Promise((done) => { goOn = done })
  await page.route(/\/live/, async (route) => { await looked; await route.continue() })
  await start.click()
  await page.getByRole('heading', { name: 'Importing 500,000 rows' }).waitFor()
  await inspect(page, 'an import at work')
  goOn()
  await page.getByRole('heading', { name: '500,000 contacts imported' }).waitFor({ timeout: 300_000 })
})

test('a file that is too large is told so before it is sent; a bad one keeps the page', async () => {
  const page = await visit(desk, {})
  await signIn(desk, page, 'sam')
  await page.goto('/imports')
  const field = page.getByLabel('File', { exact: true })
  await field.evaluate((f) => { f.dataset.maxBytes = '10' })
  await field.setInputFiles(school)
  await page.getByText('This file is larger than 200 MB.').waitFor()
  assert.ok(await page.getByRole('button', { name: 'Look at the file' }).isDisabled())
  await field.evaluate((f) => { f.dataset.maxBytes = '1000' })
  await field.setInputFiles(csv('bad.csv', 'Name,Mobile\nAnn,07700900123\n"Ben,1\n'))
  await page.getByRole('button', { name: 'Look at the file' }).click()
  await page.getByText('Row 3 opens a quotation mark').first().waitFor()
  await inspect(page, 'a file that cannot be read')
  await page.getByLabel('Rows').fill('Ann Lee\t07700 900123\nBen Ray\t07700 900124\tx')
  await page.getByRole('button', { name: 'Look at the rows' }).click()
  await page.getByText('Pasted rows: 2 rows').waitFor()
})

// Many cards stand above the buttons on a phone. kim and lee have 40 people each.
for (const [who, javaScript] of [['kim', true], ['lee', false]]) {
  test(`what can be done with the ticked is in sight on a phone, ${javaScript ? 'with' : 'without'} JavaScript`, async () => {
    desk.addUser(who, 'normal', '--parent', 'sam')
    const page = await visit(desk, { width: 360, height: 740, javaScript })
    await signIn(desk, page, who)
    await page.goto('/imports')
    await page.getByLabel('Rows').fill(Array.from({ length: 40 }, (_, i) => `Person ${i + 10}\t07700 9000${i + 10}`).join('\n'))
    await page.getByRole('button', { name: 'Look at the rows' }).click()
    await page.getByRole('link', { name: 'Go on to the columns' }).click()
    await page.getByRole('button', { name: 'See what would happen' }).click()
    await page.getByRole('button', { name: 'Import 40 contacts' }).click()
    await page.getByRole('heading', { name: '40 contacts imported' }).waitFor()
    await page.goto('/contacts')
    const add = page.getByRole('button', { name: 'Add to the group' })
    const inSight = () => add.evaluate((b) => b.getBoundingClientRect().top >= 0 && b.getBoundingClientRect().bottom <= innerHeight)
    assert.equal(await inSight(), false)
    await page.getByLabel('Select Person 10').check()
    await soon(async () => assert.ok(await inSight()))
    if (javaScript) await inspect(page, 'somebody is ticked')
    await page.getByLabel('Put the selected people into').selectOption('new')
    await add.click()
    await page.getByText('1 person').first().waitFor()
  })
}
