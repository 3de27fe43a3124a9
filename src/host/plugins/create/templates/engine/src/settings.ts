import { defineSettings, type Settings, WalgError } from '@walg/sdk'

// Names of settings also stand in the `walg` section of package.json.
export const engineSettings = defineSettings({
  WALG_SAMPLE_ID_DIRECTORY: { kind: 'path', doc: 'Folder of the database: JSON documents, one per file' },
})

export function directoryOf(settings: Settings): string {
  const directory = settings.get(engineSettings, 'WALG_SAMPLE_ID_DIRECTORY')
  if (directory !== undefined) return directory
  throw new WalgError('E_SETTING_MISSING', 'unable to find the database: WALG_SAMPLE_ID_DIRECTORY is not set')
}
