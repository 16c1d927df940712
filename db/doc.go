// Package db is the archive: the only room with SQL. It stores rows and finds
// them again; what may happen to them is desk's business.
//
// One Store has one writer and several readers. Every change goes through
// [Store.Write], which lets concurrent changes share a commit.
package db
