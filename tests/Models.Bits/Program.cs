using System.Runtime.Intrinsics;
using Delivery.Models.Bits;

// A process has one vector width for life, so tests of the others start this program with the switches of .NET.
Console.WriteLine($"512 {Vector512.IsHardwareAccelerated}");
Console.WriteLine($"256 {Vector256.IsHardwareAccelerated}");
Console.WriteLine($"128 {Vector128.IsHardwareAccelerated}");
Console.WriteLine($"digest {Workload.Digest()}");
