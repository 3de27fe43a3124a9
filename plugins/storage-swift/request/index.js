// What openstack-swift-client needs of `request`: a function that takes options. Whoever uses the client gives it its transport, by
// a symbol: test runners may load this file twice.
const TRANSPORT = Symbol.for('walg.storage-swift.transport')

module.exports = (options) => globalThis[TRANSPORT](options)
