#!/usr/bin/env node
// The drop-in for WAL-G: the same program, told by the name it was called by.
import { launch } from './launcher.js'

launch({ isDropIn: true })
