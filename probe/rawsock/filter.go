//go:build linux

package rawsock

import "golang.org/x/net/bpf"

// The filters see packets from the IP header on. accept hands over all of it.
const accept = 0xffff

// answerFilter passes GRE of protocol type 0 (R7), whatever its flags.
func answerFilter() []bpf.Instruction {
	return []bpf.Instruction{
		bpf.LoadMemShift{Off: 0},          // X = IP header length
		bpf.LoadIndirect{Off: 2, Size: 2}, // GRE protocol type
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: 0, SkipTrue: 1},
		bpf.RetConstant{Val: accept},
		bpf.RetConstant{Val: 0},
	}
}

// requestFilter passes GRE of protocol type 0x0800, or of 0x8909 with its 8
// bytes of metadata, that carries IPv4 that carries GRE of protocol type 0 (R4).
func requestFilter() []bpf.Instruction {
	const drop = 0xff // patched below to the way out
	p := []bpf.Instruction{
		bpf.LoadMemShift{Off: 0}, // X = IP header length
		bpf.TXA{},
		bpf.StoreScratch{Src: bpf.RegA, N: 0},
		// M[0] += 4 for each of checksum (bit 15), key (13), sequence (12).
		bpf.LoadIndirect{Off: 0, Size: 2},
		bpf.StoreScratch{Src: bpf.RegA, N: 1},
	}
	for _, bit := range []uint32{15, 13, 12} {
		p = append(p,
			bpf.LoadScratch{Dst: bpf.RegA, N: 1},
			bpf.ALUOpConstant{Op: bpf.ALUOpShiftRight, Val: bit},
			bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 1},
			bpf.ALUOpConstant{Op: bpf.ALUOpShiftLeft, Val: 2},
			bpf.LoadScratch{Dst: bpf.RegX, N: 0},
			bpf.ALUOpX{Op: bpf.ALUOpAdd},
			bpf.StoreScratch{Src: bpf.RegA, N: 0},
		)
	}
	p = append(p,
		bpf.LoadMemShift{Off: 0},
		bpf.LoadIndirect{Off: 2, Size: 2}, // GRE protocol type
		bpf.LoadScratch{Dst: bpf.RegX, N: 0},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: 0x0800, SkipTrue: 4},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: 0x8909, SkipTrue: drop},
		bpf.LoadScratch{Dst: bpf.RegA, N: 0}, // step over the metadata
		bpf.ALUOpConstant{Op: bpf.ALUOpAdd, Val: 8},
		bpf.TAX{},
		// X + 4 is the inner IP header.
		bpf.LoadIndirect{Off: 4 + 9, Size: 1},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: 47, SkipTrue: drop},
		bpf.LoadIndirect{Off: 4, Size: 1},
		bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0x0f},
		bpf.ALUOpConstant{Op: bpf.ALUOpShiftLeft, Val: 2},
		bpf.ALUOpX{Op: bpf.ALUOpAdd},
		bpf.TAX{}, // X + 4 is the inner GRE header
		bpf.LoadIndirect{Off: 4 + 2, Size: 2},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: 0, SkipTrue: drop},
		bpf.RetConstant{Val: accept},
		bpf.RetConstant{Val: 0},
	)
	return aim(p, drop)
}

// aim replaces SkipTrue: mark by the distance to the last instruction.
func aim(p []bpf.Instruction, mark uint8) []bpf.Instruction {
	for i, in := range p {
		if j, ok := in.(bpf.JumpIf); ok && j.SkipTrue == mark {
			j.SkipTrue = uint8(len(p) - 2 - i)
			p[i] = j
		}
	}
	return p
}

// echoFilter passes ICMP echo replies (RFC 792, type 0) with our identifier.
func echoFilter(id uint16) []bpf.Instruction {
	return []bpf.Instruction{
		bpf.LoadMemShift{Off: 0},
		bpf.LoadIndirect{Off: 0, Size: 1},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: 0, SkipTrue: 3},
		bpf.LoadIndirect{Off: 4, Size: 2},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: uint32(id), SkipTrue: 1},
		bpf.RetConstant{Val: accept},
		bpf.RetConstant{Val: 0},
	}
}

// errorFilter passes ICMP errors (RFC 792, types 3, 11 and 12) that quote GRE, or
// an echo with our identifier.
func errorFilter(id uint16) []bpf.Instruction {
	const drop = 0xff // patched below to the way out
	return aim([]bpf.Instruction{
		bpf.LoadMemShift{Off: 0}, // X = IP header length
		bpf.LoadIndirect{Off: 0, Size: 1},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: 3, SkipTrue: 2},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: 11, SkipTrue: 1},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: 12, SkipTrue: drop},
		// X + 8 is the quoted IP header.
		bpf.LoadIndirect{Off: 8 + 9, Size: 1},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: 47, SkipTrue: 10},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: 1, SkipTrue: drop},
		bpf.LoadIndirect{Off: 8, Size: 1},
		bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0x0f},
		bpf.ALUOpConstant{Op: bpf.ALUOpShiftLeft, Val: 2},
		bpf.ALUOpX{Op: bpf.ALUOpAdd},
		bpf.TAX{}, // X + 8 is the quoted ICMP header
		bpf.LoadIndirect{Off: 8, Size: 1},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: 8, SkipTrue: drop},
		bpf.LoadIndirect{Off: 8 + 4, Size: 2},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: uint32(id), SkipTrue: drop},
		bpf.RetConstant{Val: accept},
		bpf.RetConstant{Val: 0},
	}, drop)
}

// noneFilter passes nothing: for sockets that only send.
func noneFilter() []bpf.Instruction {
	return []bpf.Instruction{bpf.RetConstant{Val: 0}}
}
