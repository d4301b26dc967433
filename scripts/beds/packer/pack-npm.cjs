// Runs WeChat's own "build npm" over a project and prints its warnings as JSON. Offline: nothing is uploaded.
const { generateKeyPairSync } = require('node:crypto')
const { writeFileSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const ci = require('miniprogram-ci')

const [projectPath] = process.argv.slice(2)

// The tool wants a key, and uses it only for what we never do.
const privateKeyPath = join(projectPath, '..', 'private.key')
writeFileSync(privateKeyPath, generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' }))
const { appid } = JSON.parse(readFileSync(join(projectPath, 'project.config.json'), 'utf8'))

const project = new ci.Project({ appid, type: 'miniProgram', projectPath, privateKeyPath, ignores: ['node_modules/**/*'] })
ci.packNpm(project, { reporter: () => {} }).then(
  warnings => process.stdout.write(`\n${JSON.stringify(warnings)}\n`),
  error => {
    console.error(error)
    process.exitCode = 1
  },
)
