package simulator

import "sync"

// memory keeps the newest values by key and forgets the oldest past
// memoryLimit. Its zero value is empty and ready.
type memory[K comparable, V any] struct {
	mu     sync.Mutex
	values map[K]V
	order  []K // a ring, the oldest at next once it is full
	next   int
}

const memoryLimit = 4096

func (m *memory[K, V]) get(k K) (V, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.values[k]
	return v, ok
}

func (m *memory[K, V]) put(k K, v V) {
	m.change(k, func(V, bool) V { return v })
}

// change replaces the value of k by what f makes of it.
func (m *memory[K, V]) change(k K, f func(v V, known bool) V) V {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.values == nil {
		m.values = map[K]V{}
	}
	old, known := m.values[k]
	v := f(old, known)
	m.values[k] = v
	switch {
	case known:
	case len(m.order) < memoryLimit:
		m.order = append(m.order, k)
	default:
		delete(m.values, m.order[m.next])
		m.order[m.next] = k
		m.next = (m.next + 1) % memoryLimit
	}
	return v
}
