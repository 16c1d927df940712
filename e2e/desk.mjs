// Starts the real binary on a directory of its own, and browsers to use it with.
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium } from 'playwright-core'

const binary = resolve(import.meta.dirname, '..', 'textdesk')
export const password = 'correct horse battery'

// startDesk serves a fresh desk (or the demonstration) on a free port and
// returns its address, its set-up link if it has one, its command line, and how
// to stop, kill and restart it.
export async function startDesk({ args = [], env = {}, port = 0 } = {}) {
  const data = mkdtempSync(join(tmpdir(), 'textdesk-e2e-'))
  const desk = { data }
  const start = async () => {
    const child = spawn(binary, ['serve', '--data', data, '--listen', `127.0.0.1:${port}`, ...args], {
      env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'],
    })
    desk.child = child
    let log = ''
    child.stderr.on('data', (d) => { log += d })
    await new Promise((ready, failed) => {
      child.once('exit', (code) => failed(new Error(`textdesk ended with ${code}: ${log}`)))
      createInterface({ input: child.stdout }).on('line', (line) => {
        const at = line.match(/ready at (\S+)\//)
        if (at) { desk.url = at[1]; setTimeout(ready, 200) }
        const setup = line.match(/(https?:\S+\/setup\?token=\S+)/)
        if (setup) desk.setup = setup[1]
      })
    })
  }
  const end = async (signal) => {
    const ended = new Promise((done) => desk.child.once('exit', done))
    desk.child.kill(signal)
    await ended
  }
  desk.run = (words, input = '') => execFileSync(binary, [...words, '--data', data], { input, encoding: 'utf8' }).trim()
  desk.addUser = (name, level = 'admin', ...more) => desk.run(['user', 'add', name, '--level', level, '--password-stdin', ...more], password)
  desk.kill = () => end('SIGKILL')
  desk.restart = start
  desk.stop = async () => {
    await end('SIGTERM')
    rmSync(data, { recursive: true, force: true })
  }
  await start()
  return desk
}

let browser

export async function launch() {
  if (!browser) {
    const path = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)
    browser = await chromium.launch({
      executablePath: path,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    })
  }
  return browser
}

export async function closeBrowser() {
  await browser?.close()
  browser = undefined
}

// What the browser itself puts into the console when a form is refused or the
// desk is away. It is no complaint of the page, and it comes when it comes: a page
// renews itself while a test goes elsewhere or restarts the desk. An address that
// is missing or broken is caught by its answer instead.
const ofTheBrowser = /^Failed to load resource: |TypeError: Failed to fetch|TypeError: network error/

// visit opens a page in a browser of its own. complaints gathers what a
// developer would see in the console, where there should be nothing, and what a
// page loads that is not there.
export async function visit(desk, { width = 1440, height = 900, dark = false, javaScript = true, timezone = 'Europe/London', ignoreHTTPSErrors = false } = {}) {
  const context = await (await launch()).newContext({
    baseURL: desk.url, viewport: { width, height }, colorScheme: dark ? 'dark' : 'light',
    javaScriptEnabled: javaScript, timezoneId: timezone, reducedMotion: 'reduce', ignoreHTTPSErrors,
  })
  const page = await context.newPage()
  page.complaints = []
  page.on('console', (m) => {
    if ((m.type() === 'error' || m.type() === 'warning') && !ofTheBrowser.test(m.text())) page.complaints.push(m.text())
  })
  page.on('response', (r) => {
    const bad = r.status() === 400 || r.status() === 404 || r.status() === 405 || r.status() >= 500
    if (bad && !r.request().isNavigationRequest() && !r.url().endsWith('/favicon.ico')) page.complaints.push(`${r.status()} for ${r.url()}`)
  })
  page.on('pageerror', (e) => page.complaints.push(String(e)))
  page.setDefaultTimeout(60000)
  return page
}

// soon waits until check holds, for what comes after the page has moved on: an
// answer that is swapped in, a text that the desk reads a moment later. Its last
// failure is the test's.
export async function soon(check) {
  for (const end = Date.now() + 60_000; ; await new Promise((r) => setTimeout(r, 200))) {
    try {
      return await check()
    } catch (error) {
      if (Date.now() > end) throw error
    }
  }
}

// review goes from the form to the page that says what would be sent.
export async function review(page, javaScript = true) {
  if (!javaScript) await page.getByRole('button', { name: /^Update/ }).click()
  await page.getByRole('button', { name: /^Review (about )?\d/ }).click()
  await page.getByRole('heading', { name: 'Check and send' }).waitFor()
}

export async function signIn(desk, page, username, secret = password) {
  await page.goto(desk.url + '/sign-in')
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Password', { exact: true }).fill(secret)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL((at) => !at.pathname.endsWith('/sign-in'))
  await page.goto(desk.url + '/send') // where most journeys begin
}
