#!/usr/bin/env node
import "./app/cli/main.ts";
