using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary>Whatever the user gets wrong: exit code 2, one line that says what, where and what to do, nothing left
/// behind.</summary>
[Collection(nameof(CommandLine))]
public sealed class BadUsageTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public BadUsageTests()
    {
        CommandLine.WriteToyData(_folder["data"]);
        _folder.Write("not-a-run/readme.txt", "nothing");
        _folder.Write("broken.json", "{ \"epochs\": 3,\n  latent }");
        _folder.Write("unknown.json", "{ \"epoch\": 3 }");
        _folder.Write("twice.json", "{ \"epochs\": 3, \"epochs\": 4 }");
        _folder.Write("wrong.json", "{ \"epochs\": \"many\" }");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("fly", "fly")]
    [InlineData("train --output RUN", "--data")]
    [InlineData("train --data DATA", "--output")]
    [InlineData("train --data NOWHERE --output RUN", "no such folder")]
    [InlineData("train --data not-a-run --output RUN", "manifest.json")]
    [InlineData("train --data DATA --output not-a-run", "not empty; give another name, or resume")]
    [InlineData("train --data DATA --output broken.json", "is a file")]
    [InlineData("train --data DATA --output BELOW --device simd", "cannot be written")]
    [InlineData("train --data DATA --output BELOW --model ease", "cannot be written")]
    [InlineData("data synthesize --output BELOW", "cannot be written")]
    [InlineData("demo --output not-a-run", "give another --output")]
    [InlineData("train --data DATA --output RUN --epochs 0", "--epochs is 0")]
    [InlineData("train --data DATA --output RUN --epochs many", "--epochs 'many'")]
    [InlineData("train --data DATA --output RUN --hidden 600,x", "--hidden '600,x'")]
    [InlineData("train --data DATA --output RUN --dropout 1", "--dropout is 1")]
    [InlineData("train --data DATA --output RUN --learning-rate -1", "--learning-rate is -1")]
    [InlineData("train --data DATA --output RUN --likelihood poisson", "multinomial, gaussian, logistic")]
    [InlineData("train --data DATA --output RUN --model perceptron", "--model perceptron")]
    [InlineData("train --data DATA --output RUN --preset best", "--preset best")]
    [InlineData("train --data DATA --output RUN --device abacus", "--device abacus")]
    [InlineData("train --data DATA --output RUN --precision fp16", "one of fp32, tf32, bf16")]
    [InlineData("train --data DATA --output RUN --precision bf16 --device reference", "--device reference does not have")]
    [InlineData("bench step --precision bf16 --device gpu", "only --device simd has it")]
    [InlineData("bench gemm --precision bf16 --tiers 512", "without --tiers")]
    [InlineData("bench gemm --precision tf32", "takes bf16")]
    [InlineData("train --data DATA --output RUN --precision tf32 --device simd", "--device simd has no tensor cores")]
    [InlineData("bench step --precision tf32", "--device simd has no tensor cores")]
    [InlineData("bench step --precision half", "half")]
    [InlineData("bench gemm --shape large", "decoder, or one of forward, dh, dw, one-user")]
    [InlineData("bench gemm --shape 0x3x4", "--shape '0x3x4'")]
    [InlineData("bench gemm --shape 100000x100000x2", "give smaller ones")]
    [InlineData("bench gemm --layout TT", "give NN, NT or TN")]
    [InlineData("bench gemm --shape middle --layout TN", "no product in layout TN")]
    [InlineData("bench gemm --tiers mmx", "--tiers 'mmx'")]
    [InlineData("bench gemm --tiers portable --device gpu", "leave --device gpu out")]
    [InlineData("bench gemm --tiers portable --against broken.json", "leave --tiers out")]
    [InlineData("bench gemm --against nowhere.json", "there is no such file")]
    [InlineData("bench gemm --against broken.json", "no readable report of bench")]
    [InlineData("train --data DATA --output RUN --validation-metric Luck@3", "Luck")]
    [InlineData("train --data DATA --output RUN --threads -2", "--threads")]
    [InlineData("train --data DATA --output RUN --latent 2000000000 --device simd", "lower --hidden")]
    [InlineData("train --data DATA --output RUN --config broken.json", "broken.json, line 2")]
    [InlineData("train --data DATA --output RUN --config unknown.json", "did you mean 'epochs'")]
    [InlineData("train --data DATA --output RUN --config twice.json", "names a setting twice")]
    [InlineData("train --data DATA --output RUN --config wrong.json", "epochs 'many'")]
    [InlineData("train --data DATA --output RUN --config nowhere.json", "no such file")]
    [InlineData("train --data DATA --output RUN --colour red", "--colour")]
    [InlineData("train --resume --output not-a-run", "is not a run")]
    [InlineData("evaluate --run not-a-run", "is not a run")]
    [InlineData("evaluate", "--run")]
    [InlineData("evaluate --run not-a-run --split tomorrow", "tomorrow")]
    [InlineData("recommend --run not-a-run", "--user")]
    [InlineData("recommend --run not-a-run --user u1 --all", "one of")]
    [InlineData("recommend --run not-a-run --all", "--output")]
    [InlineData("recommend --run not-a-run --user u1 --top 0", "--top 0")]
    public void One_clear_line_and_exit_code_2(string command, string expected)
    {
        string[] before = Files();
        var result = CommandLine.Run([.. command.Split(' ').Select(Place)]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected, result.Messages);
        Assert.StartsWith("manualvae: ", result.Messages);
        Assert.Single(result.Messages.Trim().Split('\n'));
        Assert.DoesNotContain("   at ", result.Messages);
        Assert.Equal("", result.Output);
        Assert.Equal(before, Files());
    }

    [Theory]
    [InlineData("recommend --user nobody", "--user nobody")]
    [InlineData("evaluate --metrics NDCG@0", "NDCG@0")]
    [InlineData("evaluate --data NOWHERE", "no such folder")]
    [InlineData("evaluate --input train", "strong split")]
    public void A_run_is_asked_for_something_it_does_not_have(string command, string expected)
    {
        Train();
        Refused(CommandLine.Run([.. command.Split(' ').Select(Place), "--run", _folder["run"]]), expected);
    }

    [Theory]
    [InlineData("best.ckpt", "xx", "evaluate", "best.ckpt: is damaged")]
    [InlineData("best.ckpt", "\u001b[31m, far longer than the magic number", "evaluate", "best.ckpt: is not a checkpoint")]
    [InlineData("metrics.jsonl", "{\"epoch\":", "report", "metrics.jsonl, line 1: is not an epoch")]
    [InlineData("results.json", "{", "report", "results.json")]
    [InlineData("run.json", "null", "evaluate", "run.json: is not a run manifest")]
    [InlineData("run.json", "{ \u001b[31m", "evaluate", "run.json: is not a run manifest")]
    public void A_file_of_a_run_is_not_what_it_should_be(string file, string text, string verb, string expected)
    {
        Train();
        File.WriteAllText(_folder["run", file], text);
        string[] run = verb == "report" ? [_folder["run"]] : ["--run", _folder["run"]];
        Refused(CommandLine.Run([verb, .. run]), expected);
    }

    [Fact]
    public void A_run_without_checkpoint_says_how_it_goes_on()
    {
        Train();
        File.Delete(_folder["run", "best.ckpt"]);
        File.Delete(_folder["run", "last.ckpt"]);
        Refused(CommandLine.Run("evaluate", "--run", _folder["run"]), "no checkpoint yet; go on training it with --resume");
    }

    [Theory]
    [InlineData("run", "best.ckpt")]
    [InlineData("data", "train.csr")]
    public void One_changed_byte_is_found(string folder, string file)
    {
        Train();
        byte[] bytes = File.ReadAllBytes(_folder[folder, file]);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(_folder[folder, file], bytes);
        Refused(CommandLine.Run("evaluate", "--run", _folder["run"]), file);
    }

    private void Train() => CommandLine.Run("train", "--data", _folder["data"], "--output", _folder["run"], "--epochs", "1",
        "--hidden", "4", "--latent", "2", "--device", "simd").Succeeded();

    private static void Refused(CommandResult result, string expected)
    {
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains(expected, result.Messages);
        Assert.DoesNotContain('\u001b', result.Messages);
        Assert.Single(result.Messages.Trim().Split('\n'));
    }

    private string Place(string word) => word switch
    {
        "DATA" => _folder["data"],
        "RUN" => _folder["run"],
        "NOWHERE" => _folder["nowhere"],
        "BELOW" => _folder["broken.json", "run"], // below a file no folder can be
        _ => word.EndsWith(".json", StringComparison.Ordinal) || word == "not-a-run" ? _folder[word] : word,
    };

    private string[] Files() => [.. Directory.EnumerateFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal)];
}
