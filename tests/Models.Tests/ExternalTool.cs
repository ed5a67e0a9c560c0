using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Delivery.Models.Tests;

/// <summary>Runs another program to its end. A program that is missing fails the test: it never skips it.</summary>
internal static class ExternalTool
{
    // A switch set for the tests themselves would hide what the child is to show.
    private static readonly string[] Switches = ["DOTNET_EnableAVX512", "DOTNET_EnableAVX2", "DOTNET_EnableHWIntrinsic", "DOTNET_PreferredVectorBitWidth", "DOTNET_TieredCompilation"];

    public sealed record Result(byte[] Output)
    {
        public string Text => Encoding.UTF8.GetString(Output);
    }

    public static Result Run(string program, string[] arguments, byte[]? input = null, Dictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in Switches) start.Environment.Remove(name);
        foreach (var (name, value) in environment ?? []) start.Environment[name] = value;
        using var process = Start(start);
        var errors = process.StandardError.ReadToEndAsync();
        var feeding = Task.Run(() =>
        {
            process.StandardInput.BaseStream.Write(input ?? []);
            process.StandardInput.Close();
        });
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        Task.WaitAll(feeding, errors);
        process.ExitCode.Should().Be(0, "{0} {1} said: {2}", program, string.Join(' ', arguments), errors.Result);
        return new Result(output.ToArray());
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"'{start.FileName}' is needed by this test and cannot be started; ./test.sh installs it. {e.Message}", e);
        }
    }
}
