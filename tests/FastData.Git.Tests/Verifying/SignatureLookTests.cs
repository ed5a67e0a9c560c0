using Delivery.FastData.Git.Mirroring;
using Delivery.FastData.Git.Signing;
using Delivery.FastData.Git.Tests.Signing;
using Delivery.FastData.Git.Verifying;
using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests.Verifying;

/// <summary>What <see cref="FolderVerification"/> says of signatures, and how it mends them.</summary>
public sealed class SignatureLookTests : IDisposable
{
    private readonly DamagedFolder _folders = new(signed: true);
    private readonly string _folder;

    public SignatureLookTests() => _folder = _folders.Copy();

    public void Dispose() => _folders.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_signed_folder_has_no_findings_and_a_repair_does_nothing_to_it(bool checks)
    {
        (await VerifyAsync(checks)).Findings.Should().BeEmpty();
        var repair = await RepairAsync(checks, withKey: checks);

        repair.Findings.Should().BeEmpty();
        repair.Repairs.Should().BeEmpty();
    }

    [Theory]
    [InlineData("lost")]
    [InlineData("garbage")]
    [InlineData("of another generation")]
    [InlineData("a line more")]
    [InlineData("by a foreign key")]
    public async Task A_bad_signature_of_any_kept_manifest_is_found_and_comes_back_from_the_ref(string damage)
    {
        foreach (var file in Signatures())
        {
            var good = await File.ReadAllBytesAsync(file);
            if (damage == "lost") File.Delete(file);
            else DamagedFolder.Overwrite(file, Damaged(damage, file, good));

            // Only who says whose signatures count can tell a foreign one.
            var checks = damage == "by a foreign key";
            (await VerifyAsync(checks)).Findings.Should().ContainSingle().Which.Should().Match<Finding>(finding => finding.Kind == FindingKind.Signature && finding.Path == Path.GetRelativePath(_folder, file));
            (await RepairAsync(checks)).Findings.Should().BeEmpty();

            (await File.ReadAllBytesAsync(file)).Should().Equal(good);
        }
    }

    [Theory]
    [InlineData("lost")]
    [InlineData("garbage")]
    [InlineData("to nothing")]
    [InlineData("to a commit")]
    [InlineData("without the live one")]
    [InlineData("with another's signature")]
    [InlineData("with a strange name")]
    public async Task A_bad_ref_is_found_and_made_again_from_the_files(string damage)
    {
        var path = Path.Combine(_folder, ".git", SignedDelivery.SignaturesRef);
        switch (damage)
        {
            case "lost": File.Delete(path); break;
            case "garbage": await File.WriteAllTextAsync(path, "garbage\n"); break;
            case "to nothing": await File.WriteAllTextAsync(path, new string('1', 40) + "\n"); break;
            case "to a commit": await File.WriteAllTextAsync(path, GitProgram.Run(_folder, "rev-parse", "main")); break;
            default:
                var lines = GitProgram.Run(_folder, "ls-tree", SignedDelivery.SignaturesRef).Split('\n', StringSplitOptions.RemoveEmptyEntries).ToList();
                if (damage == "without the live one") lines.RemoveAt(2);
                else if (damage == "with another's signature") lines[1] = lines[0].Split('\t')[0] + "\t" + lines[1].Split('\t')[1];
                else lines.Add(lines[0].Split('\t')[0] + "\tthesis.txt");
                await File.WriteAllTextAsync(path, MakeTree(lines) + "\n");
                break;
        }

        (await VerifyAsync(checks: false)).Findings.Should().Contain(finding => finding.Kind == FindingKind.Ref && finding.Path == ".git/" + SignedDelivery.SignaturesRef);
        var repair = await RepairAsync(checks: false);

        repair.Findings.Should().BeEmpty(string.Join("; ", repair.Repairs));
        FolderState.ShouldBeWhole(_folder);
        foreach (var file in Signatures()) GitProgram.Run(_folder, "cat-file", "blob", $"{SignedDelivery.SignaturesRef}:{Path.GetFileName(file)}").Should().Be(await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task A_flipped_bit_of_the_packed_ref_is_found_and_mended()
    {
        GitProgram.Run(_folder, "pack-refs", "--all");
        var path = Path.Combine(_folder, ".git", "packed-refs");
        var content = await File.ReadAllBytesAsync(path);
        var start = content.AsSpan().IndexOf((byte)'\n') + 1;
        var line = content.AsSpan(start).IndexOf((byte)'\n') + 1;
        content.AsSpan(start, line).IndexOf(System.Text.Encoding.ASCII.GetBytes(SignedDelivery.SignaturesRef)).Should().BePositive();
        var random = new Random(7);
        for (var i = 0; i < 12; i++)
        {
            var bit = random.Next(8 * start, 8 * (start + line));
            File.Delete(Path.Combine(_folder, ".git", SignedDelivery.SignaturesRef));
            File.Delete(Path.Combine(_folder, ".git", "refs", "heads", "main"));
            DamagedFolder.Overwrite(path, content);
            DamagedFolder.Flip(path, bit);

            (await VerifyAsync(checks: false)).Findings.Should().NotBeEmpty("bit {0}, seed 7", bit);
            var repair = await RepairAsync(checks: false);

            repair.Findings.Should().BeEmpty("bit {0}, seed 7; {1}", bit, string.Join("; ", repair.Repairs));
            FolderState.ShouldBeWhole(_folder);
        }
    }

    [Fact]
    public void Any_flipped_bit_of_a_signature_makes_it_another()
    {
        var file = Signatures()[0];
        var (manifest, signature) = (File.ReadAllBytes(file[..^4]), File.ReadAllBytes(file));
        SignatureLook.Refusal(manifest, signature, null).Should().BeNull();
        for (var bit = 0; bit < 8 * signature.Length; bit++)
        {
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
            SignatureLook.Refusal(manifest, signature, null).Should().NotBeNull("bit {0}", bit);
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_object_of_the_ref_that_is_damaged_is_found_and_mended(bool beyondRecognition)
    {
        GitProgram.Run(_folder, "repack", "-adfq");
        var pack = Directory.GetFiles(Path.Combine(_folder, ".git", "objects", "pack"), "*.pack").Single();
        string[] ids = [GitProgram.Run(_folder, "rev-parse", SignedDelivery.SignaturesRef).Trim(), .. GitProgram.Run(_folder, "ls-tree", "--object-only", SignedDelivery.SignaturesRef).Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        var listing = GitProgram.Run(_folder, "verify-pack", "-v", Path.ChangeExtension(pack, ".idx")).Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        var content = await File.ReadAllBytesAsync(pack);
        foreach (var id in ids)
        {
            var offset = int.Parse(listing.Single(words => words.Length > 4 && words[0] == id)[4], System.Globalization.CultureInfo.InvariantCulture);
            var spoilt = content.ToArray();
            if (beyondRecognition) spoilt.AsSpan(offset + 10, 8).Fill(0x5a);
            else spoilt[offset + 12] ^= 4;
            var copy = _folders[$"of-{id}"];
            Directory.CreateDirectory(copy);
            CopyTo(copy);
            DamagedFolder.Overwrite(Path.Combine(copy, Path.GetRelativePath(_folder, pack)), spoilt);
            var verification = new FolderVerification(copy) { AllowedSigners = _folders.Allowed };

            (await verification.VerifyAsync(null, default)).Findings.Should().NotBeEmpty(id);
            var repair = await verification.RepairAsync(null, default);

            repair.Findings.Should().BeEmpty("{0}; {1}", id, string.Join("; ", repair.Repairs));
            FolderState.ShouldBeWhole(copy);
            foreach (var file in Signatures()) GitProgram.Run(copy, "cat-file", "blob", $"{SignedDelivery.SignaturesRef}:{Path.GetFileName(file)}").Should().Be(await File.ReadAllTextAsync(file));
        }
    }

    [Fact]
    public async Task What_neither_file_nor_ref_has_is_signed_again_where_there_is_a_key()
    {
        foreach (var file in Signatures()) File.Delete(file);
        GitProgram.Run(_folder, "update-ref", "-d", SignedDelivery.SignaturesRef);

        (await VerifyAsync(checks: false)).Findings.Should().BeEmpty("an unsigned folder is whole where nobody checks");
        (await VerifyAsync()).Findings.Should().HaveCount(3).And.OnlyContain(finding => finding.Problem.Contains("is not signed: there is no such file", StringComparison.Ordinal));
        (await RepairAsync()).Findings.Should().HaveCount(3, "there is nothing to take them from");
        (await RepairAsync(withKey: true)).Findings.Should().BeEmpty();

        Signatures().Should().HaveCount(3);
        SigningScene.ReadTrusted(_folder, _folders.Allowed).Epoch.Should().Be(3);
        GitProgram.Run(_folder, "ls-tree", "--name-only", SignedDelivery.SignaturesRef).Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().HaveCount(3);
    }

    [Fact]
    public async Task An_unsigned_or_foreign_commit_is_found_and_told_to_be_beyond_repair()
    {
        DamagedFolder.Publish(_folder, 3);
        SshProgram.MakeKey(_folders["foreign"]);
        DamagedFolder.Publish(_folder, 4, _folders["foreign"]);
        var (unsigned, foreign) = (GitProgram.Run(_folder, "rev-parse", "main~1")[..8], GitProgram.Run(_folder, "rev-parse", "main")[..8]);

        var findings = (await RepairAsync(withKey: true)).Findings;

        findings.Should().HaveCount(2).And.OnlyContain(finding => finding.Kind == FindingKind.Signature && finding.Path == ".git" && finding.Mend.StartsWith("no commit is signed afterwards", StringComparison.Ordinal));
        findings.Should().Contain(finding => finding.Problem == $"Commit {unsigned} is not signed").And.Contain(finding => finding.Problem.StartsWith($"Commit {foreign}: its signature is refused", StringComparison.Ordinal));
        SigningScene.ReadTrusted(_folder, _folders.Allowed).Epoch.Should().Be(5, "manifests are signed again");
    }

    [Fact]
    public async Task A_key_that_was_changed_counts_for_what_it_signed_while_it_was_valid()
    {
        SshProgram.MakeKey(_folders["next"]);
        DamagedFolder.Publish(_folder, 3, _folders["next"]);
        _folders.Allow(_folders["next"]);

        (await VerifyAsync()).Findings.Should().NotBeEmpty("the old key stands nowhere");
        await File.AppendAllTextAsync(_folders.Allowed, $"updater valid-before=\"{TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(5):yyyyMMddHHmmss}Z\" {SshProgram.PublicKey(_folders.Key)}\n");

        // By a clock at which the old key is no longer valid.
        (await new FolderVerification(_folder, new Later(TimeSpan.FromHours(1))) { AllowedSigners = _folders.Allowed }.VerifyAsync(null, default)).Findings.Should().BeEmpty();
    }

    [Fact]
    public async Task A_missing_file_of_allowed_signers_is_a_finding()
    {
        File.Delete(_folders.Allowed);

        (await VerifyAsync()).Findings.Should().ContainSingle().Which.Should().Match<Finding>(finding => finding.Kind == FindingKind.Signature && finding.Path == _folders.Allowed);
    }

    [Fact]
    public async Task The_signature_of_a_manifest_that_is_not_there_is_left_over_and_another_file_is_not()
    {
        var left = Path.Combine(_folder, "manifests", "9-01234567.json.sig");
        await File.WriteAllTextAsync(left, "left by a publish that died");
        await File.WriteAllTextAsync(Path.Combine(_folder, "manifests", "notes.sig"), "years of work");

        (await RepairAsync()).Findings.Should().ContainSingle().Which.Should().Match<Finding>(finding => finding.Kind == FindingKind.Stray && finding.Path == "manifests/notes.sig");

        File.Exists(left).Should().BeFalse();
    }

    [Fact]
    public async Task A_mirror_is_verified_too_and_mends_its_signatures_without_any_key()
    {
        var mirror = _folders["mirror"];
        using (var following = new FastDataMirror(new FastDataMirrorOptions { From = _folder, Folder = mirror, AllowedSigners = _folders.Allowed })) await following.PollOnceAsync(default);
        var verification = new FolderVerification(mirror) { AllowedSigners = _folders.Allowed, Signer = new SshSigner(_folders["none"]) };
        (await verification.VerifyAsync(null, default)).Findings.Should().BeEmpty();
        foreach (var file in Directory.GetFiles(Path.Combine(mirror, "manifests"), "*.sig")) File.Delete(file);

        (await verification.VerifyAsync(null, default)).Findings.Should().ContainSingle();
        (await verification.RepairAsync(null, default)).Findings.Should().BeEmpty();

        SigningScene.ReadTrusted(mirror, _folders.Allowed).Epoch.Should().Be(3);
    }

    private void CopyTo(string copy)
    {
        foreach (var directory in Directory.EnumerateDirectories(_folder, "*", SearchOption.AllDirectories)) Directory.CreateDirectory(Path.Combine(copy, Path.GetRelativePath(_folder, directory)));
        foreach (var file in Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories)) File.Copy(file, Path.Combine(copy, Path.GetRelativePath(_folder, file)));
    }

    private byte[] Damaged(string damage, string file, byte[] good)
    {
        if (damage == "garbage") return "garbage"u8.ToArray();
        if (damage == "of another generation") return File.ReadAllBytes(Signatures().First(other => other != file));
        if (damage == "by a foreign key")
        {
            if (!File.Exists(_folders["foreign"])) SshProgram.MakeKey(_folders["foreign"]);
            return SshProgram.Sign(_folders["foreign"], "delivery-manifest", File.ReadAllBytes(file[..^4]));
        }
        return [.. good, (byte)'\n'];
    }

    private string MakeTree(IEnumerable<string> lines)
    {
        var start = new System.Diagnostics.ProcessStartInfo("git", ["-C", _folder, "mktree"]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        using var git = System.Diagnostics.Process.Start(start)!;
        git.StandardInput.Write(string.Concat(lines.Select(line => line + "\n")));
        git.StandardInput.Close();
        return git.StandardOutput.ReadToEnd().Trim();
    }

    private List<string> Signatures() => [.. Directory.GetFiles(Path.Combine(_folder, "manifests"), "*.sig").Order(StringComparer.Ordinal)];

    private Task<VerificationReport> VerifyAsync(bool checks = true) => new FolderVerification(_folder) { AllowedSigners = checks ? _folders.Allowed : null }.VerifyAsync(null, default);

    private Task<VerificationReport> RepairAsync(bool checks = true, bool withKey = false) =>
        new FolderVerification(_folder) { AllowedSigners = checks ? _folders.Allowed : null, Signer = withKey ? new SshSigner(_folders.Key) : null }.RepairAsync(null, default);

    private sealed class Later(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
