namespace ManualVae.Tools.Help;

/// <summary>One to three commands that show how each verb is used; a test parses all of them.</summary>
internal static class Examples
{
    private static readonly Dictionary<string, string[]> Commands = new()
    {
        ["demo"] = ["demo", "demo --output runs/demo --epochs 10"],
        ["data import"] =
        [
            "data import --input ratings.csv --output data/mine",
            "data import --input ml-1m.zip --output data/ml-1m --min-rating 4 --min-user-clicks 5",
            "data import --input log.csv --user-column Customer --item-column SKU --output data/mine --split temporal",
        ],
        ["data synthesize"] = ["data synthesize --output data/small", "data synthesize --output data/wide --items 50000"],
        ["data download"] = ["data download", "data download ml-1m --output data/raw"],
        ["data features"] =
        [
            "data features --data data/ml-1m --attribute genres --attribute year --output data/ml-1m-genres",
            "data features --data data/mine --item-features products.csv --attribute brand=categorical:maker --output data/more",
            "data features --data data/mine --attribute image=vector:vectors.npy,ids=ids.txt --output data/images",
        ],
        ["data describe"] = ["data describe data/ml-1m", "data describe data/ml-1m --json"],
        ["data export"] = ["data export data/ml-1m --format pro-sg --output data/pro-sg"],
        ["train"] =
        [
            "train --data data/ml-1m --output runs/vae --preset ml-1m",
            "train --data data/ml-1m --output runs/ease --model ease --lambda 500",
            "train --continue runs/vae --data data/newer --output runs/vae-2",
        ],
        ["evaluate"] =
        [
            "evaluate --run runs/vae",
            "evaluate --run runs/vae --metrics NDCG@10,100,Coverage@20 --per-user users.tsv",
            "evaluate --predictions theirs.csv --data data/ml-1m",
        ],
        ["recommend"] =
        [
            "recommend --run runs/vae --user 1 --top 20",
            "recommend --run runs/vae --items 1,2,3",
            "recommend --run runs/vae --all --output everybody.tsv --exclude sold-out.txt",
        ],
        ["similar"] = ["similar --run runs/vae --item 1"],
        ["study gradients"] = ["study gradients --run runs/vae", "study gradients --run runs/vae --user-ids 1,2,5"],
        ["study influence"] = ["study influence --run runs/vae --users 500 --clusters 4"],
        ["study radius"] = ["study radius --run runs/vae --pairs 1000", "study radius --toy inside --toy-spread 0.2"],
        ["study lipschitz"] = ["study lipschitz --run runs/vae", "study lipschitz --run runs/vae --masked true --draws 8"],
        ["study masking"] = ["study masking --run runs/vae --rates 0.1,0.5,0.9", "study masking --toy duplicates"],
        ["study collapse"] = ["study collapse --run runs/vae", "study collapse --run runs/vae --betas 0.1,0.2,1 --epochs 20"],
        ["study anchors"] = ["study anchors --run runs/anchor --weights 0,1,8"],
        ["study neighbours"] = ["study neighbours --run runs/vae --compare runs/anchor"],
        ["study cohorts"] = ["study cohorts --run runs/vae", "study cohorts --run runs/vae --sizes 5,20,100"],
        ["study gap"] = ["study gap --run runs/vae --pairs 500", "study gap --toy two-users"],
        ["gradcheck"] = ["gradcheck", "gradcheck --preset recvae --device simd"],
        ["tables liang"] = ["tables liang --data data/ml-20m --output runs/liang"],
        ["tables mechanisms"] = ["tables mechanisms --data data/ml-1m --output runs/mechanisms --seeds 1,2,3"],
        ["tables ncf"] = ["tables ncf --data data/ml-1m-ncf --output runs/ncf --rows popularity,EASE"],
        ["tables marec"] = ["tables marec --data data/ml-1m --output runs/marec --draws 3"],
        ["compare"] =
        [
            "compare runs/ease runs/vae",
            "compare runs/ease runs/vae-1,runs/vae-2,runs/vae-3 --by-clicks 20,100",
            "compare runs/ease runs/vae --metrics NDCG@100 --by-activity --output compared.html",
        ],
        ["ensemble"] = ["ensemble runs/vae runs/ease runs/ials --output runs/all"],
        ["serve"] = ["serve runs/vae", "serve runs/vae runs/ease --urls http://127.0.0.1:8080"],
        ["export"] =
        [
            "export runs/vae --format onnx --output vae.onnx",
            "export runs/vae --vectors items --output items.npy",
        ],
        ["bench serve"] =
        [
            "bench serve", "bench serve --run runs/vae --precision bf16",
            "bench serve http://127.0.0.1:8080 --requests 20000 --rate 1000",
        ],
        ["sweep"] =
        [
            "sweep --data data/ml-1m --output runs/sweep --vary beta=0.1,0.2,0.5 --vary latent=100,200",
            "sweep --data data/ml-1m --output runs/lambda --model ease --vary lambda=log:10..2000 --random 20",
            "sweep --data data/ml-1m --output runs/tpe --vary latent=64..256 --vary beta=log:0.02..1 --sampler tpe --halving "
                + "--budget-epochs 2000",
        ],
        ["recipe"] =
        [
            "recipe --data data/mine --output runs/recipe --budget 30m",
            "recipe --data data/mine --output runs/recipe --budget 2h --resume",
        ],
        ["report"] = ["report runs/vae", "report runs/vae runs/ease --output report.html"],
        ["bench gemm"] = ["bench gemm", "bench gemm --threads 1 --json", "bench gemm --shape decoder --precision bf16"],
        ["bench step"] = ["bench step --steps 20", "bench step --precision bf16"],
        ["bench roofline"] = ["bench roofline --svg roofline.svg"],
        ["bench evaluate"] = ["bench evaluate"],
        ["bench ease"] = ["bench ease --runs 3"],
        ["devices"] = ["devices"],
        ["help"] = ["help train", "help train --all", "help data import"],
        ["completion"] =
        [
            "completion bash >> ~/.bashrc",
            "completion zsh > ~/.zfunc/_manualvae",
            "completion fish > ~/.config/fish/completions/manualvae.fish",
        ],
    };

    /// <summary>The first commands of a person who has just installed the program.</summary>
    public static IReadOnlyList<string> First { get; } =
    [
        "manualvae demo",
        "manualvae data import --input ratings.csv --output data/mine",
        "manualvae train --data data/mine --output runs/vae",
    ];

    /// <summary>Examples of a verb; none for a group of verbs.</summary>
    /// <param name="verb">Its words, as <c>data import</c>.</param>
    public static IEnumerable<string> Of(string verb) =>
        Commands.GetValueOrDefault(verb, []).Select(command => $"manualvae {command}");

    /// <summary>The verbs that have examples.</summary>
    public static IEnumerable<string> Verbs => Commands.Keys;
}
