using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Delivery.Models.Bits;

// A process has one vector width for life, so tests of the others start this program with the switches of .NET.
Console.WriteLine($"512 {Vector512.IsHardwareAccelerated}");
Console.WriteLine($"256 {Vector256.IsHardwareAccelerated}");
Console.WriteLine($"128 {Vector128.IsHardwareAccelerated}");
Console.WriteLine($"avx512 {Avx512F.VL.IsSupported && Avx512BW.IsSupported && Avx512DQ.IsSupported && Avx512CD.IsSupported}");
Console.WriteLine($"digest {Workload.Digest()}");
