package main

func acceptRate(int) ([]figure, error)   { return nil, nil }
func pageTimes(int) ([]figure, error)    { return nil, nil }
func startFigures(int) ([]figure, error) { return nil, nil }
