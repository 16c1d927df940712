// Package commands is the fuse box: the command line, the configuration, the
// wiring of the rooms, start and drain. main.go only calls it.
package commands
