// The maps of one step of the walk.

export default function ({ data, parentElement }) {
  showMaps(parentElement.querySelector(".maps"), data);
}
