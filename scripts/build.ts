// Builds the site when something it is made of has changed since the last build.
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { readJson } from './environment.ts'
import { repository, runToEnd } from './processes.ts'

const output = path.join(repository, '.next')
const stamp = path.join(output, 'built-from.json')
const sources = ['src', 'public', 'next.config.ts', 'postcss.config.mjs', 'package-lock.json']

export function isBuilt(env: Record<string, string>): boolean {
  return (
    fs.existsSync(path.join(output, 'BUILD_ID')) &&
    readJson<{ hash: string }>(stamp)?.hash === hashSources(env)
  )
}

export async function buildSite(
  env: Record<string, string>,
  logPath: string,
  signal?: AbortSignal,
): Promise<void> {
  const hash = hashSources(env)
  fs.rmSync(stamp, { force: true })
  fs.rmSync(path.join(output, 'BUILD_ID'), { force: true })
  // Types left by the development server name pages that may be gone.
  fs.rmSync(path.join(output, 'dev'), { recursive: true, force: true })
  fs.rmSync(path.join(output, 'types'), { recursive: true, force: true })
  const script = 'node_modules/next/dist/bin/next'
  await runToEnd(
    { name: 'Building the site', script, args: ['build'], env: { ...env, NODE_ENV: 'production' }, logPath },
    signal,
  )
  if (!fs.existsSync(path.join(output, 'BUILD_ID')))
    throw new Error(`The build ended early. Its log: ${logPath}`)
  fs.writeFileSync(stamp, JSON.stringify({ hash }))
}

function hashSources(env: Record<string, string>): string {
  const hash = createHash('sha256')
  for (const source of sources) {
    for (const file of filesUnder(path.join(repository, source))) {
      hash.update(`${path.relative(repository, file)}\0`).update(fs.readFileSync(file))
    }
  }
  // Next writes these into the pages. The address is left out: it changes with the port, and only the server reads it.
  for (const [name, value] of Object.entries(env).sort(([a], [b]) => a.localeCompare(b))) {
    if (name.startsWith('NEXT_PUBLIC_') && name !== 'NEXT_PUBLIC_APP_URL') hash.update(`${name}=${value}\0`)
  }
  return hash.digest('hex')
}

function filesUnder(at: string): string[] {
  const stat = fs.statSync(at, { throwIfNoEntry: false })
  if (!stat) return []
  if (!stat.isDirectory()) return [at]
  return fs
    .readdirSync(at, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
}

if (process.argv[1] === import.meta.filename) {
  const env = process.env as Record<string, string>
  const started = Date.now()
  if (isBuilt(env)) console.log('The site is built already.')
  else {
    await buildSite({ ...env, NEXT_TELEMETRY_DISABLED: '1' }, path.join(repository, '.data/logs/build.log'))
    console.log(`Built the site in ${Math.round((Date.now() - started) / 1000)} s.`)
  }
}
