package fastsmstest_test

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"go.uber.org/goleak"

	"textdesk/providers"
	"textdesk/providers/fastsms"
	"textdesk/providers/fastsms/fastsmstest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestFaults(t *testing.T) {
	service := fastsmstest.New("t")
	service.SetLatency(time.Millisecond)
	order := []fastsmstest.Fault{
		fastsmstest.None, fastsmstest.TakeAndReset, fastsmstest.Reset, fastsmstest.TakeAndHang, fastsmstest.Hang,
		fastsmstest.TakeAndFail, fastsmstest.Throttle,
	}
	service.SetFault(func(call int) fastsmstest.Fault { return order[call-1] })
	server := httptest.NewServer(service)
	defer server.Close()
	client := providers.NewHTTPClient(1)
	defer client.CloseIdleConnections()
	p, err := fastsms.Type().Open(providers.Settings{"url": server.URL, "token": "t"}, client)
	if err != nil {
		t.Fatal(err)
	}
	for i, taken := range []int{1, 2, 2, 3, 3, 4, 4} {
		wait := 5 * time.Second
		if order[i] == fastsmstest.Hang || order[i] == fastsmstest.TakeAndHang {
			wait = 200 * time.Millisecond
		}
		ctx, cancel := context.WithTimeout(t.Context(), wait)
		_, err := p.Send(ctx, providers.Submission{To: "+447700900123", Body: "Hi", Parts: 1})
		cancel()
		want := providers.Ambiguous
		if order[i] == fastsmstest.Throttle {
			want = providers.Throttled
		}
		if (err == nil) != (order[i] == fastsmstest.None) || err != nil && providers.AsError(err).Kind != want {
			t.Errorf("fault %d: %v", order[i], err)
		}
		if got := service.Count(); got != taken {
			t.Errorf("fault %d: %d texts taken, want %d", order[i], got, taken)
		}
	}
	if d := service.Doubled(); d[[2]string{"447700900123", "Hi"}] != 4 || service.Calls() != len(order) {
		t.Errorf("doubled are %v after %d calls", d, service.Calls())
	}
}
