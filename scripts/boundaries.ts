// Who may import whom. One table of rules, read with a real parser: every import, re-export, dynamic import, import type
// and require of every file. TypeScript 7 has no JavaScript API, so checkers built on it see nothing and print green;
// this one says how many files it looked at, and tests/architecture requires that number.
import fs from 'node:fs'
import path from 'node:path'
import { parseSync } from 'oxc-parser'

export interface Violation {
  rule: string
  from: string
  to: string
  sentence: string
}

export interface Report {
  /** Files under src/ that were parsed. */
  files: string[]
  imports: number
  violations: Violation[]
}

/** An import as the rules see it: a file of ours (path from the root) or a package (`npm:pg`, `node:fs`). */
interface Edge {
  from: string
  to: string
}

interface Rule {
  name: string
  sentence: string
  /** The group a pattern captures here (the module's name) can be used in `except` as `$1`. */
  from: RegExp
  to: RegExp
  except?: string[]
}

const anything = /^/
const unknown = 'unknown'
const kernel = '^src/kernel/'
const above = (...layers: string[]) => new RegExp(`^src/(${layers.join('|')})/`)

const rules: Rule[] = [
  {
    name: 'kernel-is-pure',
    sentence: 'Vocabulary imports nothing but itself.',
    from: /^src\/kernel\//,
    to: anything,
    // Node 24 has no Temporal yet; the polyfill is the standard's own words, not a dependency we chose.
    except: [kernel, '^npm:temporal-polyfill$'],
  },
  {
    name: 'domain-is-pure',
    sentence: 'Pass facts in, return a decision.',
    from: /^src\/modules\/([^/]+)\/domain\//,
    to: anything,
    except: [kernel, '^src/modules/$1/domain/'],
  },
  {
    name: 'ports-are-plain',
    sentence: 'A port is our words and types, nothing else.',
    from: /^src\/integrations\/[^/]+\/port\.ts$/,
    to: anything,
    except: [kernel],
  },
  {
    name: 'platform-knows-no-business',
    sentence: 'Move the business word out.',
    from: /^src\/platform\//,
    to: above('modules', 'http', 'app', 'ui', 'boot', 'demo'),
  },
  {
    name: 'integrations-know-no-module',
    sentence: 'An adapter never learns who calls it.',
    from: /^src\/integrations\//,
    to: above('modules', 'http', 'app', 'ui', 'boot', 'demo'),
  },
  {
    name: 'modules-meet-at-the-front-door',
    sentence: 'Through `index.ts`, or not at all.',
    from: /^src\/modules\/([^/]+)\//,
    to: /^src\/modules\//,
    except: ['^src/modules/$1/', '^src/modules/[^/]+/index\\.ts$'],
  },
  {
    name: 'only-ports-are-seen',
    sentence: 'boot/ hands you the vendor.',
    from: /^src\/(modules|platform|http)\//,
    to: /^src\/integrations\//,
    except: ['^src/integrations/[^/]+/port\\.ts$'],
  },
  {
    name: 'ledger-stands-alone',
    sentence: 'Accounts and transfers, never bookings.',
    from: /^src\/modules\/ledger\//,
    to: /^src\/modules\//,
    except: ['^src/modules/ledger/'],
  },
  {
    name: 'modules-do-not-look-up',
    sentence: 'A module never imports its callers.',
    from: /^src\/modules\//,
    to: above('http', 'app', 'ui', 'boot', 'demo'),
  },
  {
    name: 'http-mounts-routes-only',
    sentence: 'http/ never reaches into a module, nor up to its callers.',
    from: /^src\/http\//,
    to: above('modules', 'app', 'ui', 'boot', 'demo'),
    except: ['^src/modules/[^/]+/routes\\.ts$'],
  },
  {
    name: 'pages-only-read',
    sentence: 'Pages read; writes go through the API.',
    from: /^src\/(app\/|proxy\.ts$)/,
    to: above('platform', 'integrations', 'modules', 'http', 'boot', 'demo'),
    except: ['^src/modules/[^/]+/reads\\.ts$', '^src/http/client\\.ts$', '^src/boot/web\\.ts$'],
  },
  {
    name: 'ui-knows-no-data',
    sentence: 'ui/ draws what it is given.',
    from: /^src\/ui\//,
    to: above('platform', 'integrations', 'modules', 'http', 'app', 'boot', 'demo'),
  },
  {
    name: 'imports-are-known',
    sentence: 'Import a file that is there, by a name that can be read here.',
    from: /^src\//,
    to: /^unknown/,
  },
  {
    name: 'src-stands-alone',
    sentence: 'What ships never imports stand-ins, tests or scripts.',
    from: /^src\//,
    to: /^(sandbox|tests|scripts)\//,
  },
]

export const ruleNames = ['no-cycles', 'no-orphans', ...rules.map(({ name }) => name)]

const isTest = (file: string) => /\.(test|spec)\.tsx?$/.test(file)
/** Entry points: Next, Node or vitest opens them, no file does. */
const isEntry = (file: string) =>
  isTest(file) ||
  /^src\/(app|boot)\//.test(file) ||
  /^src\/(proxy|instrumentation)\.ts$/.test(file) ||
  file.endsWith('.d.ts')

export function checkBoundaries(root: string): Report {
  const files = sourcesUnder(root, 'src')
  const edges = files.flatMap((file) => importsOf(root, file))
  const outside = ['sandbox', 'tests', 'scripts'].flatMap((folder) => sourcesUnder(root, folder))
  const violations = [
    ...edges.filter(({ from }) => !isTest(from)).flatMap(brokenRules),
    ...cycles(edges.filter(({ from }) => !isTest(from))),
    ...orphans(files, [...edges, ...outside.flatMap((file) => importsOf(root, file))]),
  ]
  return { files, imports: edges.length, violations }
}

function brokenRules({ from, to }: Edge): Violation[] {
  return rules
    .filter((rule) => {
      const source = rule.from.exec(from)
      if (!source || !rule.to.test(to)) return false
      return !rule.except?.some((pattern) => new RegExp(pattern.replaceAll('$1', source[1] ?? '')).test(to))
    })
    .map(({ name, sentence }) => ({ rule: name, from, to, sentence }))
}

/** Depth-first: an import that leads back to a file on the current path closes a cycle. */
function cycles(edges: Edge[]): Violation[] {
  const next = new Map<string, string[]>()
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to])
  const done = new Set<string>()
  const found: Violation[] = []
  const visit = (file: string, trail: string[]): void => {
    const start = trail.indexOf(file)
    if (start !== -1) {
      const sentence = 'Two files that need each other are one file, or hide a third.'
      found.push({
        rule: 'no-cycles',
        from: file,
        to: [...trail.slice(start + 1), file].join(' → '),
        sentence,
      })
      return
    }
    if (done.has(file)) return
    for (const target of next.get(file) ?? []) visit(target, [...trail, file])
    done.add(file)
  }
  for (const file of next.keys()) visit(file, [])
  return found
}

function orphans(files: string[], edges: Edge[]): Violation[] {
  const imported = new Set(edges.map(({ to }) => to))
  return files
    .filter((file) => !isEntry(file) && !imported.has(file))
    .map((from) => ({ rule: 'no-orphans', from, to: '', sentence: 'Nobody imports this file. Delete it.' }))
}

function sourcesUnder(root: string, folder: string): string[] {
  const at = path.join(root, folder)
  if (!fs.existsSync(at)) return []
  return fs
    .readdirSync(at, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[cm]?[jt]sx?$/.test(entry.name))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
    .sort()
}

function importsOf(root: string, file: string): Edge[] {
  const text = fs.readFileSync(path.join(root, file), 'utf8')
  const { program, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`)
  const edges: Edge[] = []
  walk(program, (node) => {
    const source = importSource(node)
    if (source === null) return
    const specifier = source['value']
    edges.push({ from: file, to: typeof specifier === 'string' ? resolve(root, file, specifier) : unknown })
  })
  return edges
}

interface Node {
  type: string
  [key: string]: unknown
}

/** What the node imports: null when it is no import at all. */
function importSource(node: Node): Node | null {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ImportExpression':
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration':
    case 'TSImportType':
      return (node['source'] as Node | null) ?? null
    case 'TSExternalModuleReference':
      return node['expression'] as Node
    case 'CallExpression': {
      const callee = node['callee'] as Node
      const [first] = node['arguments'] as Node[]
      return callee.type === 'Identifier' && callee['name'] === 'require' && first ? first : null
    }
    default:
      return null
  }
}

function walk(node: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(node)) for (const one of node) walk(one, visit)
  else if (node !== null && typeof node === 'object') {
    if (typeof (node as Node).type === 'string') visit(node as Node)
    for (const child of Object.values(node)) walk(child, visit)
  }
}

function resolve(root: string, from: string, specifier: string): string {
  const inside = specifier.startsWith('#')
    ? specifier.slice(1)
    : specifier.startsWith('.')
      ? path.posix.join(path.posix.dirname(from), specifier)
      : null
  if (inside !== null) {
    return fs.existsSync(path.join(root, inside)) ? inside : `${unknown}:${specifier}`
  }
  if (specifier.startsWith('node:')) return specifier
  const [scope = '', name] = specifier.split('/')
  return `npm:${scope.startsWith('@') ? `${scope}/${name}` : scope}`
}
