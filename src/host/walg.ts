#!/usr/bin/env node
import { launch } from './launcher.js'

launch({ isDropIn: false })
