// Preloaded by `npm run ops` and `npm run sandbox`: the settings of `npm start`, and before them those of `.env`.
// Node's own flag for it says "not found" about a file that nobody needs to have.
import fs from 'node:fs'

// What is there already stays, so the first one counts.
for (const file of ['.env', '.data/runtime.env']) if (fs.existsSync(file)) process.loadEnvFile(file)
