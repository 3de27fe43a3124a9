import { state } from '@aws-sdk/core/client'

/** The SDK warns on stderr of every process about future releases of its own; its bundle here needs no newer Node than walg. */
export function keepSdkQuiet(): void {
  state.warningEmitted = true
}
