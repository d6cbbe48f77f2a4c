#nullable enable
using Lamp.Unity;
using UnityEngine;

namespace Lamp.Samples
{
    /// <summary>
    /// Builds the sample when you press play: floor, a pillar, a ball that rolls across the way, and a target to drag in the
    /// Scene view. The character walks to the target, around what is in between: a mannequin, or a humanoid model of yours.
    /// </summary>
    public sealed class PlayableScene : MonoBehaviour
    {
        [Tooltip("Any model whose Rig is set to Humanoid; empty: a mannequin of capsules.")]
        [SerializeField] private GameObject? humanoid = null;

        [Tooltip("HOST:PORT of lamp serve.")]
        [SerializeField] private string address = "127.0.0.1:50061";

        [SerializeField] private string prompt = "a person walks forward";

        private LampCharacter? _character;
        private string _typed = string.Empty;

        private void Start()
        {
            GameObject floor = GameObject.CreatePrimitive(PrimitiveType.Plane);
            floor.name = "floor"; // the server's own floor carries the feet
            Pillar(new Vector3(0f, 1f, 4f));
            Ball(new Vector3(5f, 0.4f, 6.5f));
            _character = Character(humanoid == null ? LampMannequin.Create("hero") : Instantiate(humanoid));
            Target(_character, new Vector3(0f, 0.1f, 9f));
            _typed = prompt;
        }

        private void OnGUI()
        {
            if (_character == null)
            {
                return;
            }
            _typed = GUI.TextField(new Rect(10f, 10f, 360f, 24f), _typed);
            if (GUI.Button(new Rect(380f, 10f, 80f, 24f), "Do it"))
            {
                _character.Prompt = _typed;
            }
            PlanReport? plan = _character.Plan;
            string does = plan == null ? "waiting for the server" : plan.Feasible ? "all is met" : plan.Reason;
            GUI.Label(new Rect(10f, 40f, 700f, 24f), $"{_character.Session?.State}: {does} {_character.Problem}");
        }

        private static void Pillar(Vector3 place)
        {
            GameObject pillar = GameObject.CreatePrimitive(PrimitiveType.Capsule);
            pillar.name = "pillar";
            pillar.transform.position = place;
            pillar.transform.localScale = new Vector3(0.7f, 1f, 0.7f);
            pillar.AddComponent<LampObstacle>();
        }

        private static void Ball(Vector3 place)
        {
            GameObject ball = GameObject.CreatePrimitive(PrimitiveType.Sphere);
            ball.name = "ball";
            ball.transform.position = place;
            ball.transform.localScale = new Vector3(0.8f, 0.8f, 0.8f);
            ball.AddComponent<Rigidbody>().AddForce(new Vector3(-0.8f, 0f, 0f), ForceMode.VelocityChange);
            ball.AddComponent<LampObstacle>();
        }

        private LampCharacter Character(GameObject hero)
        {
            hero.name = "hero";
            hero.SetActive(false); // so that it connects once, with its settings
            LampCharacter character = hero.AddComponent<LampCharacter>();
            character.Server = LampServer.At(address);
            character.Prompt = prompt;
            hero.SetActive(true);
            return character;
        }

        private static void Target(LampCharacter character, Vector3 place)
        {
            GameObject mark = GameObject.CreatePrimitive(PrimitiveType.Cylinder);
            mark.name = "target: drag me in the Scene view";
            mark.transform.position = place;
            mark.transform.localScale = new Vector3(0.5f, 0.02f, 0.5f);
            Destroy(mark.GetComponent<Collider>());
            mark.AddComponent<LampTarget>().Character = character;
        }
    }
}
