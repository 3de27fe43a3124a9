/** Parts of uploads under way lie in this folder of the repository, where no list shows them. */
const FOLDER = '.walg-uploads/'

export const uploadFolder = (root: string, id: string): string => `${root}${FOLDER}${id}/`

/** Whether a key, or a folder of a list, belongs to an upload under way. */
export const isTemporary = (key: string): boolean => key.startsWith(FOLDER)
