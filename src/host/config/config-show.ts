import { type EffectiveSetting, EffectiveSettings } from '@walg/core'
import type { Operation } from '@walg/sdk'

/** Prints what is set, and where each value comes from; secrets are not shown. */
export const configShow: Operation = {
  id: 'config show',
  summary: 'Show the settings in effect and where each comes from',
  args: [],
  flags: {},
  async run(ctx) {
    const effective = ctx.settings instanceof EffectiveSettings ? ctx.settings.effective() : []
    return {
      text: effective.map(line).join(''),
      json: effective.map(({ name, text, origin }) => ({ name, value: text, origin })),
    }
  },
}

function line({ name, text, origin }: EffectiveSetting): string {
  return `${name}=${text}  (${origin})\n`
}
