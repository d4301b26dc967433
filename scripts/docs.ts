import { existsSync } from 'node:fs'
import { installOnce } from './lib/install.js'
import { root, run } from './lib/run.js'

// `npm run docs`: builds the site. Until it has a package of its own, the pages are read as they lie in docs/.
if (!existsSync(`${root}docs/package-lock.json`)) {
  console.log('There is no site to build yet: read the Markdown files in docs/.')
} else {
  await installOnce('docs')
  const { code } = await run('npm', ['run', 'build'], { cwd: `${root}docs`, show: true })
  process.exit(code)
}
