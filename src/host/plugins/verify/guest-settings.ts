import type { GuestSettings } from '@walg/core'
import { packageJsonOf } from './package-json.js'

/** The settings that a package declares, whatever else is wrong with it. */
export function guestSettings(dir: string): GuestSettings {
  const walg = Object(packageJsonOf(dir)['walg'])
  return { settings: texts(walg.settings), secretSettings: texts(walg.secretSettings) }
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
