package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAppendOutage: an outage's line has what encoding/json would write, with any one
// field and with all.
func TestAppendOutage(t *testing.T) {
	full := reflect.TypeFor[outageRow]().NumField()
	for alone := range full + 2 {
		r := outageRow{Type: "outage"}
		v := reflect.ValueOf(&r).Elem()
		for i := 1; i < full; i++ {
			if alone == i || alone > full {
				fill(v.Field(i), i)
			}
		}
		want, err := json.Marshal(&r)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want)+"\n", string(appendOutage(nil, &r))); diff != "" {
			t.Errorf("(-encoding/json +own):\n%s", diff)
		}
	}
}

// fill gives a field a value of its own, with what JSON must escape.
func fill(v reflect.Value, n int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("서울 \"%d\" \\ \n", n))
	case reflect.Slice:
		v.Set(reflect.ValueOf([]string{"a", fmt.Sprint("b\t", n)}))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Uint64:
		v.SetUint(1<<63 + uint64(n))
	default:
		v.SetInt(-int64(n))
	}
}
