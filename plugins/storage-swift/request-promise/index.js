const request = require('request')

module.exports = (options) => request(options).promise()
