import { startDesk, signIn, visit } from './desk.mjs'
import { writeFileSync } from 'node:fs'
const desk = await startDesk({ args: ['--demo', '--demo-size', '3000', '--dev'] })
try {
  const rows = ['Child;Mobile No;Time;Coat']
  for (let i = 0; i < 120; i++) rows.push(`${['Zoë','Ben','Ann','Priya','Cid'][i%5]} ${i};07700 900${String(100+i).padStart(3,'0')};${i%9?'14:30':''};${i%2?'yes':'no'}`)
  rows.push('Dan;020 7946 0000;15:00;no', 'Eve;;15:00;no')
  writeFileSync('/tmp/bs-trip.csv', rows.join('\r\n'))
  const big = ['Mobile,Name']
  for (let i = 0; i < 150000; i++) big.push(`+447700${String((i*7919)%1000000).padStart(6,'0')},Person ${i}`)
  writeFileSync('/tmp/bs-big.csv', big.join('\n'))
  for (const s of [{ width: 1440, height: 900, dark: false }, { width: 360, height: 740, dark: true }]) {
    const n = s.width
    const page = await visit(desk, s)
    await signIn(desk, page, 'sam', 'textdesk demo')
    await page.goto('/send')
    await page.getByText('Send to a file').click()
    await page.locator('input[type=file]').setInputFiles('/tmp/bs-trip.csv')
    await page.getByRole('button', { name: 'Send to its rows' }).click()
    await page.getByText('trip.csv').first().waitFor()
    await page.getByRole('textbox', { name: 'Message' }).fill('((Child)) is back at ((Time)).((Coat?? Please send a coat.)) Hartwell Primary')
    await page.waitForTimeout(900)
    await page.screenshot({ path: `/tmp/bs-compose-${n}.png`, fullPage: true })
    await page.getByRole('button', { name: /^Review/ }).click()
    await page.getByRole('heading', { name: 'Check and send' }).waitFor()
    await page.screenshot({ path: `/tmp/bs-review-${n}.png`, fullPage: true })
    await page.goto('/send')
    await page.getByText('Send to a file').click()
    await page.locator('input[type=file]').setInputFiles('/tmp/bs-big.csv')
    await page.getByRole('button', { name: 'Send to its rows' }).click()
    await page.getByText('bs-big.csv').first().waitFor()
    await page.getByRole('textbox', { name: 'Message' }).fill('Dear ((Name)), school is closed. ' + n)
    await page.waitForTimeout(600)
    await page.getByRole('button', { name: /^Review/ }).click()
    await page.getByRole('heading', { name: /Reading|Check/ }).waitFor()
    await page.screenshot({ path: `/tmp/bs-reading-${n}.png`, fullPage: true })
    await page.getByRole('heading', { name: 'Check and send' }).waitFor({ timeout: 60000 })
    await page.screenshot({ path: `/tmp/bs-bigreview-${n}.png`, fullPage: true })
  }
} catch (e) { console.log(e) } finally { await desk.stop(); process.exit(0) }
