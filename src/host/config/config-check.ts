import type { Operation } from '@walg/sdk'

/** Settings are validated before any operation runs; what is left is to open what they name. */
export const configCheck: Operation = {
  id: 'config check',
  summary: 'Validate the settings and reach the storage',
  args: [],
  flags: {},
  async run(ctx) {
    const compressor = await ctx.compressor()
    const crypter = await ctx.crypter()
    const storage = await ctx.storage()
    const { objects, folders } = await storage.listFolder('', { signal: ctx.signal })
    const codec = compressor.id
    const encryption = crypter?.id ?? 'none'
    return {
      text: `settings are valid; codec ${codec}, encryption ${encryption}; the storage answers: ${folders.length} folders, ${objects.length} objects at its root\n`,
      json: { codec, encryption, folders: folders.length, objects: objects.length },
    }
  },
}
