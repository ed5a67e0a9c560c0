using System.Diagnostics;

namespace Delivery.TestKit;

/// <summary>The program ssh-keygen: makes keys and signatures, and is the judge of ours.</summary>
public static class SshProgram
{
    /// <summary>Makes a key without a passphrase.</summary>
    /// <param name="path">Of the private key; the public one gets <c>.pub</c>.</param>
    /// <param name="type">As <c>ssh-keygen -t</c> has it.</param>
    /// <returns>The public key as in the <c>.pub</c> file, without its comment: type and key.</returns>
    public static string MakeKey(string path, string type = "ecdsa")
    {
        Run([], "-q", "-t", type, "-N", "", "-C", "test", "-f", path).Require();
        return PublicKey(path);
    }

    /// <summary>Type and key of a private key's public half.</summary>
    public static string PublicKey(string path) => string.Join(' ', File.ReadAllText(path + ".pub").Split(' ').Take(2));

    /// <summary>Signs as an operator would.</summary>
    public static byte[] Sign(string key, string purpose, byte[] message, string hash = "sha512") =>
        Run(message, "-q", "-Y", "sign", "-O", $"hashalg={hash}", "-f", key, "-n", purpose).Require();

    /// <summary>Whether ssh-keygen finds a signature good.</summary>
    public static bool Verifies(string allowedSigners, string principal, string purpose, byte[] message, string signatureFile, string? at = null) =>
        Run(message, [.. (string[])["-q", "-Y", "verify", "-f", allowedSigners, "-I", principal, "-n", purpose, "-s", signatureFile], .. at is null ? Array.Empty<string>() : ["-O", $"verify-time={at}"]]).ExitCode == 0;

    /// <summary>Runs it with this standard input.</summary>
    public static (int ExitCode, byte[] Output, string Errors) Run(byte[] input, params string[] arguments)
    {
        var start = new ProcessStartInfo("ssh-keygen", arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            process.StandardInput.BaseStream.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it read all: the exit code tells.
        }
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        return (process.ExitCode, output.ToArray(), errors.GetAwaiter().GetResult());
    }

    private static byte[] Require(this (int ExitCode, byte[] Output, string Errors) run) =>
        run.ExitCode == 0 ? run.Output : throw new InvalidOperationException($"ssh-keygen exited with {run.ExitCode}: {run.Errors}");
}
