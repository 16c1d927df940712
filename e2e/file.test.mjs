// Numbers out of a file that somebody has: what was typed stays, the page says
// how the file was read, and asks when it cannot know the column.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { closeBrowser, signIn, startDesk, visit } from './desk.mjs'
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

const csv = (name, text) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text, 'latin1') })
const two = csv('two.csv', "Child;Mother's mobile;Father's mobile\r\nZo\xeb Lee;07700 900123;07700 900124\r\nBen Ray;07700 900125;\r\n")
const shapes = [
  { width: 360, height: 740, dark: false }, { width: 360, height: 740, dark: true },
  { width: 1440, height: 900, dark: false }, { width: 1440, height: 900, dark: true },
]

// add opens the file's part of the form and submits it.
async function add(page, file) {
  const part = page.locator('details:has([name=file])')
  if (!await part.evaluate((d) => d.open)) await part.locator('summary').click()
  if (file) await page.getByLabel('File', { exact: true }).setInputFiles(file)
  await page.getByRole('button', { name: 'Add its numbers' }).click()
}

for (const javaScript of [true, false]) {
  test(`the column is asked for, ${javaScript ? 'with' : 'without'} JavaScript`, async () => {
    const page = await visit(desk, { javaScript })
    await signIn(desk, page, 'sam')
    await page.getByLabel('To', { exact: true }).fill('07700 900001')
    await page.getByLabel('Message', { exact: true }).fill('School is closed')
    await add(page, two)
    await page.getByRole('heading', { name: 'Which column has the numbers?' }).waitFor()
    await page.getByText('two.csv, Windows-1252, separated by semicolons.').waitFor()
    await page.getByLabel("Mother's mobile").check()
    await page.getByRole('button', { name: 'Add its numbers' }).click()
    await page.getByText('2 numbers added').waitFor()
    assert.equal(await page.getByLabel('To', { exact: true }).inputValue(), '07700 900001\n07700 900123\n07700 900125')
    assert.equal(await page.getByLabel('Message', { exact: true }).inputValue(), 'School is closed')
    await page.getByText('3 people').waitFor()
  })
}

for (const shape of shapes) {
  test(`its pages, ${shape.width} px, ${shape.dark ? 'dark' : 'light'}`, async () => {
    const page = await visit(desk, shape)
    await signIn(desk, page, 'sam')
    await add(page, csv('bad.csv', 'Name,Mobile\nAnn,07700900123\nBen,"1\n'))
    await page.getByText('Row 3 opens a quotation mark').first().waitFor()
    await inspect(page, 'a file that cannot be read')
    await add(page, two)
    await page.getByText('Does this look wrong?').click()
    await inspect(page, 'which column')
    await page.getByLabel("Father's mobile").check()
    await page.getByRole('button', { name: 'Add its numbers' }).click()
    await page.getByText('1 number added').waitFor()
    await inspect(page, 'numbers added')
  })
}
